/** `synton stats`: how things go, of a service that runs. */
import { expect, test } from 'vitest';
import { type GivenRecord, logsRequest, startRecord } from '../../support/log-requests.ts';
import { buildRequest } from '../../support/otlp-request.ts';
import { answering, nobody } from './answering-server.ts';
import { runSynton, SYSTEM_PORTS, spawnSynton } from './synton-process.ts';

async function started() {
  const synton = spawnSynton([...SYSTEM_PORTS, '--json']);
  const { endpoints } = JSON.parse(await synton.until('stdout', /\n/));
  const send = async (body: Uint8Array) => {
    const { status } = await fetch(`http://127.0.0.1:${endpoints.http.port}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: Buffer.from(body),
    });
    expect(status).toBe(200);
  };
  const tell = async (records: readonly GivenRecord[], instance: string) => {
    const { status } = await fetch(`http://127.0.0.1:${endpoints.http.port}/v1/logs`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: Buffer.from(logsRequest(records, { 'service.instance.id': instance })),
    });
    expect(status).toBe(200);
  };
  return { api: `127.0.0.1:${endpoints.api.port}`, send, tell };
}

const now = () => BigInt(Date.now()) * 1_000_000n;

test('services, and operations by count with errors and quantiles', async () => {
  const { api, send } = await started();
  const span = (name: string, durationMs: number, status?: 'error') => ({
    name,
    durationMs,
    startUnixNano: now() - 60_000_000_000n,
    ...(status && { status }),
  });
  const spans = [
    ...Array.from({ length: 6 }, () => span('GET /orders', 10)),
    ...Array.from({ length: 2 }, () => span('GET /orders', 1_000)),
    span('GET /orders', 1_000, 'error'),
    span('GET /stock\u001b[31m', 20),
    { ...span('yesterday', 1), startUnixNano: now() - 86_400_000_000_000n },
  ];
  await send(buildRequest({ service: 'shop', spans }));
  await send(buildRequest({ service: 'mail', seed: 7, spans: [span('send', 5)] }));

  const { code, stdout, stderr } = await runSynton(['stats', `--api.endpoint=${api}`]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(
    new RegExp(
      `^The last 15m at http://${api}: 11 spans, 11 traces, 9\\.1 % of spans failed$`,
      'm',
    ),
  );
  expect(stdout).toMatch(/^ {2}shop +10$/m);
  expect(stdout).toMatch(/^ {2}mail +1$/m);
  expect(stdout).toMatch(
    /^ {2}shop\/GET \/orders +9 +1 \(11\.1 %\) +(?:9\.9\d|10\.\d) ms +(?:99\d ms|1\.0\d s) +(?:99\d ms|1\.0\d s)$/m,
  );
  expect(stdout).not.toContain('yesterday');
  expect(stdout).not.toContain('\u001b');

  const day = await runSynton(['stats', '--last', '2d', '--json', `--url=http://${api}`]);
  const told = JSON.parse(day.stdout);
  expect(told).toMatchObject({ spans: 12, errorRate: 1 / 12 });
  expect(told.operations.map(({ operation }: { operation: string }) => operation)).toContain(
    'shop/yesterday',
  );
  expect(told.operations[0]).toMatchObject({ operation: 'shop/GET /orders', count: 9, errors: 1 });
});

test('spans that have not ended, and those whose process is gone', async () => {
  const { api, tell } = await started();
  await tell([startRecord('b9c7c989f97918e1', 'one'), startRecord('b9c7c989f97918e2', 'two')], 'a');
  await tell([startRecord('b9c7c989f97918e3', 'three'), { name: 'synton.process.exit' }], 'b');
  const { stdout } = await runSynton(['stats', `--api.endpoint=${api}`]);
  expect(stdout).toMatch(/^Open now: 3 spans, 1 stale: the process is gone$/m);
  const json = await runSynton(['stats', '--json', `--api.endpoint=${api}`]);
  expect(JSON.parse(json.stdout).openSpans).toEqual({ spans: 3, stale: 1 });
});

test('of a service that has seen nothing there is nothing to tell', async () => {
  const { api } = await started();
  const { code, stdout } = await runSynton(['stats', `--api.endpoint=${api}`]);
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: `The last 15m at http://${api}: 0 spans, 0 traces, 0.0 % of spans failed\n`,
  });
});

test.each(['soon', '0s', '-1m', ''])('--last=%s is no duration', async (last) => {
  const { code, stderr } = await runSynton(['stats', `--last=${last}`]);
  expect(code).toBe(1);
  expect(stderr).toContain('expected a duration such as 15m or 2h');
});

test('nobody there, no Synton there, a port that the system chooses', async () => {
  const gone = await runSynton(['stats', `--api.endpoint=${await nobody()}`]);
  expect(gone).toMatchObject({ code: 1, stdout: '' });
  expect(gone.stderr).toContain('ECONNREFUSED');
  const page = await answering((_, response) => void response.end('hello'));
  expect((await runSynton(['stats', `--api.endpoint=${page}`])).stderr).toContain('is no Synton');
  const unknown = await runSynton(['stats', '--api.endpoint=127.0.0.1:0']);
  expect(unknown.stderr).toContain('api.endpoint has port 0: give --url');
});
