/** Rows 4–7: told to end, told again, or held up, with requests under way. */
import http from 'node:http';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readBack } from '../faults/read-back.ts';
import { sigtermUnderLoad, standstill } from '../faults/stops.ts';
import { FaultScene } from '../support/fault-scene.ts';
import { answerOf, grpcFrame, RawGrpcClient } from '../support/raw-grpc-client.ts';
import { SpanLedger } from '../support/span-ledger.ts';
import { uniqueRequest } from '../support/trace-load.ts';

/** A request that never ends holds a stop up for 10 s: what took less did not wait for that. */
const UNHINDERED_MS = 9_000;

const scene = new FaultScene();
afterAll(() => scene.close());

describe('SIGTERM', () => {
  it('under load: it ends with 0, and what was answered for is kept', async () => {
    const { ended, tookMs, stored } = await sigtermUnderLoad(scene);
    expect(ended).toEqual({ code: 0, signal: null });
    expect(tookMs).toBeLessThan(UNHINDERED_MS);
    expect(stored).toMatchObject({ lost: 0, changed: 0, unknown: 0 });
  });

  it('what had begun to arrive is answered, new connections are refused', async () => {
    const dataPath = join(scene.folder(), 'data');
    const running = await scene.start({ dataPath });
    const ledger = new SpanLedger();
    const [first, second] = [uniqueRequest(20), uniqueRequest(20)];

    const client = new RawGrpcClient(running.grpcPort);
    const stream = client.open();
    const overGrpc = answerOf(stream);
    const frame = grpcFrame(first);
    await new Promise<void>((resolve) => {
      stream.write(frame.subarray(0, 100), () => resolve());
    });
    // The server has seen it once it has answered a later request on the same connection.
    expect((await client.call(uniqueRequest(1))).grpcStatus).toBe(0);

    const { promise: overHttp, resolve: answered } = Promise.withResolvers<number | undefined>();
    const outgoing = http.request({
      port: running.httpPort,
      host: '127.0.0.1',
      path: '/v1/traces',
      method: 'POST',
      headers: {
        'content-type': 'application/x-protobuf',
        'content-length': second.length,
        expect: '100-continue',
      },
    });
    outgoing.on('response', (response) => {
      response.resume();
      answered(response.statusCode);
    });
    outgoing.on('error', () => answered(undefined));
    await new Promise<void>((resolve) => {
      outgoing.on('continue', () => resolve());
      outgoing.flushHeaders();
    });

    running.process.child.kill('SIGTERM');
    await running.process.said(/stopping/);
    await expect(refusedConnection(running.httpPort)).resolves.toBe(true);
    stream.end(frame.subarray(100));
    outgoing.end(second);
    expect((await overGrpc).grpcStatus).toBe(0);
    ledger.record(first);
    expect(await overHttp).toBe(200);
    ledger.record(second);
    expect(await running.process.ended).toEqual({ code: 0, signal: null });
    client.close();
    const stored = ledger.compare(await readBack(scene, dataPath));
    expect(stored).toMatchObject({ acked: 40, readable: 40 });
  });

  it('with a request that never ends: bounded', async () => {
    const { ended, tookMs, stored } = await sigtermUnderLoad(scene, { hangs: true });
    expect(ended).toEqual({ code: 0, signal: null });
    expect(tookMs).toBeLessThan(3 * UNHINDERED_MS);
    expect(stored).toMatchObject({ lost: 0, changed: 0, unknown: 0 });
  });

  it('twice: it ends at once, and loses nothing', async () => {
    const { ended, tookMs, stored } = await sigtermUnderLoad(scene, {
      hangs: true,
      againAfterMs: 50,
    });
    expect(ended).toEqual({ code: 143, signal: null });
    expect(tookMs).toBeLessThan(UNHINDERED_MS);
    expect(stored).toMatchObject({ lost: 0, changed: 0, unknown: 0 });
  });
});

it('SIGSTOP, and SIGCONT a while later: clients wait, nothing is lost', async () => {
  const { outcomes, stored } = await standstill(scene, 1500);
  expect(outcomes.refused + outcomes.broken).toBe(0);
  expect(stored).toMatchObject({ lost: 0, changed: 0, unknown: 0, duplicate: 0 });
});

/** Polls until the listener is gone: it closes just after it is said. */
async function refusedConnection(port: number): Promise<boolean> {
  for (;;) {
    try {
      await fetch(`http://127.0.0.1:${port}/`);
    } catch {
      return true;
    }
  }
}
