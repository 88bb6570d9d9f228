/** What the API says when it does not answer, and to whom it does not talk. */
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { Problem } from '../../../src/api/problem.ts';
import { SyntonError } from '../../../src/model/errors.ts';
import type { ViewRenderer } from '../../../src/views/view-renderer.ts';
import { ORDER_ID, runningApi } from './running-api.ts';

const BASE = '/api/v1/instr';
const UNKNOWN = 'f'.repeat(32);

function failing(error: unknown): ViewRenderer {
  return { render: () => Promise.reject(error), renderJson: () => Promise.reject(error) };
}

describe('every problem has its status and its code', () => {
  test.each([
    [`${BASE}/lifecycle/xyz`, 400, 'InvalidTraceId', undefined],
    [`${BASE}/lifecycle/${'0'.repeat(32)}`, 400, 'InvalidTraceId', undefined],
    [`${BASE}/timeline/%00%ff`, 400, 'InvalidTraceId', undefined],
    [`${BASE}/export/..%2f..%2fetc%2fpasswd`, 400, 'InvalidTraceId', undefined],
    [`${BASE}/lifecycle/${UNKNOWN}`, 404, 'TraceNotFound', undefined],
    [`${BASE}/timeline/${UNKNOWN}`, 404, 'TraceNotFound', undefined],
    [`${BASE}/export/${UNKNOWN}?format=text`, 404, 'TraceNotFound', undefined],
    [`${BASE}/timeline/${ORDER_ID}?limit=0`, 400, 'InvalidParameter', 'limit'],
    [`${BASE}/timeline/${ORDER_ID}?limit=1&limit=2`, 400, 'InvalidParameter', 'limit'],
    [`${BASE}/timeline/${ORDER_ID}?after=nothing`, 400, 'InvalidParameter', 'after'],
    [`${BASE}/export/${ORDER_ID}?format=pdf`, 400, 'InvalidParameter', 'format'],
    [`${BASE}/export/${ORDER_ID}?as=zip`, 400, 'InvalidParameter', 'as'],
    [`${BASE}/traces?cursor=nonsense`, 400, 'InvalidParameter', 'cursor'],
    [`${BASE}/traces?min_duration=fast`, 400, 'InvalidParameter', 'min_duration'],
    [`${BASE}/stats/series?by=colour`, 400, 'InvalidParameter', 'by'],
    [`${BASE}/stats?last=1h&from=2026-01-01`, 400, 'InvalidParameter', 'last'],
    ['/nothing', 404, 'NotFound', undefined],
    [`${BASE}/lifecycle`, 404, 'NotFound', undefined],
    [`${BASE}/lifecycle/${ORDER_ID}/`, 404, 'NotFound', undefined],
    ['/..%2f..%2fetc/passwd', 404, 'NotFound', undefined],
  ])('%s', async (path, status, code, parameter) => {
    const api = await runningApi();
    const answer = await api.ask(path);
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    const problem = answer.json<Problem>();
    expect(problem).toMatchObject({ status, code, type: `urn:synton:problem:${code}` });
    expect(problem.parameter).toBe(parameter);
    expect(problem.title).not.toBe('');
    expect(api.logged).toEqual([]);
  });

  test('a misspelt parameter is named, with the one that was meant', async () => {
    const api = await runningApi();
    const said = async (path: string) => (await api.ask(path)).json<Problem>();
    expect(await said(`${BASE}/traces?min_durtion=1s`)).toMatchObject({
      code: 'InvalidParameter',
      parameter: 'min_durtion',
      detail: 'min_durtion: unknown parameter; did you mean min_duration?',
    });
    expect((await said(`${BASE}/stats?zzzzzzzz=1`)).detail).toContain('known are service, last');
    expect((await said(`${BASE}/lifecycle/${ORDER_ID}?trace_id=1`)).detail).toContain(
      'known are limit, subtree',
    );
    expect((await said('/health?verbose')).detail).toContain('has none');
    expect((await said(`${BASE}/stats?__proto__=1`)).parameter).toBe('__proto__');
    expect((await said(`${BASE}/stats?${'x'.repeat(5000)}=1`)).detail.length).toBeLessThan(200);
  });

  test('only GET and HEAD', async () => {
    const api = await runningApi();
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE']) {
      const answer = await api.ask(`${BASE}/stats`, { method });
      expect([method, answer.status, answer.headers.allow]).toEqual([method, 405, 'GET, HEAD']);
      expect(answer.json<Problem>().code).toBe('MethodNotAllowed');
    }
    expect((await api.ask('/nothing', { method: 'POST' })).status).toBe(404);
  });

  test('no bodies, no endless URLs', async () => {
    const api = await runningApi();
    const withBody = await api.ask(`${BASE}/stats`, {
      body: '{}',
      headers: { 'content-length': '2' },
    });
    expect([withBody.status, withBody.headers.connection]).toEqual([413, 'close']);
    const posted = await api.ask(`${BASE}/stats`, { method: 'POST', body: 'x'.repeat(100_000) });
    expect(posted.status).toBe(413);
    const long = await api.ask(`${BASE}/traces?service=${'x'.repeat(17_000)}`);
    expect(long.json<Problem>()).toMatchObject({ status: 414, code: 'UrlTooLong' });
    expect((await api.ask(`${BASE}/traces?service=${'x'.repeat(15_000)}`)).status).toBe(200);
    expect((await api.ask(`/${'x'.repeat(40_000)}`)).status).toBe(431);
  });
});

describe('faults of ours', () => {
  test('tell nothing of what happened, and are logged', async () => {
    const api = await runningApi({ views: failing(new Error('secret at /home/someone')) });
    const answer = await api.ask(`${BASE}/stats`);
    expect(answer.status).toBe(500);
    expect(answer.json<Problem>()).toMatchObject({ code: 'Internal' });
    expect(answer.text).not.toMatch(/secret|home|\.ts/);
    expect(api.logged).toEqual(['the API failed to answer']);
  });

  test('a store that cannot be read is a matter of time', async () => {
    class StoreUnavailable extends SyntonError {
      readonly code = 'StoreUnavailable';
    }
    const api = await runningApi({ views: failing(new StoreUnavailable('disk /data is gone')) });
    const answer = await api.ask(`${BASE}/services`);
    expect(answer.json<Problem>()).toMatchObject({ status: 503, code: 'Unavailable' });
    expect(answer.text).not.toContain('/data');
  });

  test('a health report that fails is one', async () => {
    const api = await runningApi({ health: () => Promise.reject(new Error('no')) });
    expect((await api.ask('/health')).status).toBe(500);
  });
});

describe('who may ask', () => {
  test.each([
    [{ host: 'evil.example' }, 403],
    [{ host: 'evil.example:4319' }, 403],
    [{ host: 'localhost', origin: 'http://evil.example' }, 403],
    [{ host: 'localhost', origin: 'null' }, 403],
    [{ host: 'localhost:4319' }, 200],
    [{ host: '[::1]:4319' }, 200],
    [{ host: 'collector.example' }, 200],
    [{ host: 'localhost', origin: 'http://collector.example' }, 200],
  ])('%j: %i', async (headers, status) => {
    const api = await runningApi({ allowedHosts: ['collector.example'] });
    for (const path of ['/ready', `${BASE}/stats`, '/metrics']) {
      const answer = await api.ask(path, { headers: headers as Record<string, string> });
      expect(answer.status).toBe(status);
      if (status === 403) expect(answer.json<Problem>().code).toBe('ForbiddenHost');
    }
    const nowhere = await api.ask('/nothing', { headers: headers as Record<string, string> });
    expect(nowhere.status).toBe(status === 403 ? 403 : 404);
  });

  test.each([
    ['GET http://evil.example/ready HTTP/1.1\r\nHost: evil.example', 403],
    ['GET http://evil.example/ready HTTP/1.1\r\nHost: localhost', 200],
    ['GET /ready HTTP/1.1\r\nHost: ev il', 400],
    ['GET /ready HTTP/1.1\r\nHost: localhost/../..', 400],
    ['GET /ready HTTP/1.0\r\nAccept: */*', 200],
    ['GET /\\evil HTTP/1.1\r\nHost: localhost', 400],
  ])('%j: %i', async (opening, status) => {
    const api = await runningApi();
    const text = await raw(api.server.endpoint.port, `${opening}\r\nConnection: close\r\n\r\n`);
    expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(text).toContain('x-content-type-options: nosniff');
  });
});

function raw(port: number, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    socket.setEncoding('utf8');
    socket.on('data', (piece: string) => {
      text += piece;
    });
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
  });
}
