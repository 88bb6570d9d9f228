/** The generator as a process, against receivers that answer when the test wants. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { expect, onTestFinished, test, vi } from 'vitest';
import { sendLoad, startLoad } from '../../bench/load/load-client.ts';
import type { LoadOrder } from '../../bench/load/load-order.ts';

/** A receiver that answers request `n` with a status after a while. */
async function receiver(
  answer: (n: number) => { readonly status: number; readonly afterMs?: number },
): Promise<{ readonly url: string; readonly bodies: Buffer[] }> {
  const bodies: Buffer[] = [];
  const server = http.createServer(async (request, response) => {
    const { status, afterMs = 0 } = answer(bodies.push(await buffer(request)) - 1);
    setTimeout(() => response.writeHead(status).end(), afterMs);
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`;
  return { url, bodies };
}

function order(target: string, changes: Partial<LoadOrder>): LoadOrder {
  return {
    target,
    protocol: 'http',
    form: 'protobuf',
    gzip: false,
    spansPerRequest: 10,
    requests: 20,
    firstRequest: 0,
    seed: 1,
    connections: 1,
    inFlight: 4,
    ...changes,
  };
}

test('sends every request once, and those that were refused again', async () => {
  const { url, bodies } = await receiver((n) => ({ status: n % 5 === 0 ? 503 : 200 }));
  const report = await sendLoad(order(url, {}));
  expect(report).toMatchObject({ spans: 200, refusals: bodies.length - 20 });
  expect(report.refusals).toBeGreaterThan(0);
  expect(report.bytesPerSpan).toBeGreaterThan(500);
});

test('in an open loop an answer’s time counts from when its request was due', async () => {
  // One request at a time, due every 10 ms; the first is held up, and all that follow wait for it.
  const { url } = await receiver((n) => ({ status: 200, afterMs: n === 0 ? 400 : 0 }));
  const report = await sendLoad(order(url, { requests: 20, inFlight: 1, spansPerSecond: 1_000 }));
  expect(report.ackMaxMs).toBeGreaterThanOrEqual(400);
  // Were it counted from the sending, half of them would have been answered at once.
  expect(report.ackP50Ms).toBeGreaterThan(200);
  expect(report.lateP99Ms).toBeGreaterThan(200);
});

test('an open loop that is stopped ends at once and tells what it sent', async () => {
  const { url, bodies } = await receiver(() => ({ status: 200 }));
  const load = startLoad(order(url, { requests: 1_000, inFlight: 64, spansPerSecond: 100 }));
  await vi.waitFor(() => expect(bodies.length).toBeGreaterThan(2), 5_000);
  const before = performance.now();
  const { spans } = await load.stop();
  // The next request of each of 64 lanes is due up to six seconds later.
  expect(performance.now() - before).toBeLessThan(3_000);
  expect(spans).toBe(bodies.length * 10);
});

test('a refusal for good ends the run', async () => {
  const { url } = await receiver(() => ({ status: 400 }));
  await expect(sendLoad(order(url, {}))).rejects.toThrow('load-generator.ts ended with 1');
});
