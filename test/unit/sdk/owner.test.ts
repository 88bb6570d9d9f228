import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ConsumeResult } from '../../../src/pipeline/consume-result.ts';
import { OwnerClient } from '../../../src/sdk/owner-client.ts';
import { ownerListener } from '../../../src/sdk/owner-listener.ts';
import { NO_DEADLINE } from '../../support/receiver-host.ts';

let folder: string;
let server: http.Server;
let client: OwnerClient;
let taken: Uint8Array[];
let signals: string[];
let result: ConsumeResult;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'synton-owner-'));
  taken = [];
  signals = [];
  result = { status: 'accepted' };
  server = http.createServer(
    ownerListener(async (signal, request) => {
      signals.push(signal);
      taken.push(request);
      return result;
    }),
  );
  const socketPath = join(folder, 'owner.sock');
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  client = new OwnerClient(socketPath);
});

afterEach(() => {
  client.close();
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

const send = (bytes: Uint8Array) => client.send(bytes, NO_DEADLINE);

test('a request arrives as it was sent', async () => {
  const request = Buffer.from('any bytes, many of them '.repeat(40_000));
  expect(await send(request)).toEqual({ status: 'accepted' });
  expect(await send(Buffer.alloc(0))).toEqual({ status: 'accepted' });
  expect(taken.map((bytes) => Buffer.compare(bytes, request))[0]).toBe(0);
  expect(signals).toEqual(['traces', 'traces']);
});

test('busy is busy, invalid is invalid, on the other side too', async () => {
  result = { status: 'busy', retryAfterMs: 5, reason: 'told to' };
  expect(await send(Buffer.from('a'))).toMatchObject({ status: 'busy', retryAfterMs: 1000 });
  result = { status: 'invalid', reason: 'told to' };
  expect(await send(Buffer.from('a'))).toMatchObject({ status: 'invalid' });
});

test('an owner that went away is gone', async () => {
  expect(await send(Buffer.from('a'))).toEqual({ status: 'accepted' });
  server.closeAllConnections();
  await new Promise<unknown>((resolve) => server.close(resolve));
  expect(await send(Buffer.from('a'))).toEqual({ status: 'gone' });
});

test.each([
  [{ method: 'GET' }, 405],
  [{ path: '/elsewhere' }, 404],
  [{ headers: { 'content-type': 'application/json' } }, 415],
  [{ headers: { 'content-encoding': 'gzip' } }, 415],
  [{ headers: { 'content-length': String(17 * 1024 * 1024) } }, 413],
])('anything else is refused: %j', async (changes, expected) => {
  const { headers, ...rest } = { headers: {}, ...changes };
  const status = await new Promise((resolve, reject) => {
    const request = http.request(
      {
        socketPath: client.socketPath,
        method: 'POST',
        path: '/v1/traces',
        headers: { 'content-type': 'application/x-protobuf', ...headers },
        ...rest,
      },
      (answer) => resolve(answer.statusCode),
    );
    request.on('error', reject);
    request.flushHeaders();
    if (!('content-length' in headers)) request.end();
  });
  expect(status).toBe(expected);
  expect(taken).toEqual([]);
});
