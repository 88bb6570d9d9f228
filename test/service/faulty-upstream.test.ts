/**
 * Rows 27–35: the destination is down, silent, busy, at odds with what it is sent, or floods. The service goes
 * on taking spans; each of them ends at the destination or among the dead letters, with its bytes unchanged.
 */
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FileCursorStore } from '../../src/exporters/otlp/file-cursor-store.ts';
import { caughtUp } from '../faults/read-back.ts';
import { eventually } from '../support/eventually.ts';
import { FaultScene, forwardingTo, type RunningProcess } from '../support/fault-scene.ts';
import type { GrpcUpstream, HttpUpstream, UpstreamAnswer } from '../support/otlp-upstream.ts';
import { rawSpansOf } from '../support/raw-spans.ts';
import { type LedgerReport, SpanLedger } from '../support/span-ledger.ts';
import { TraceLoad, uniqueRequest } from '../support/trace-load.ts';

const scene = new FaultScene();
afterAll(() => scene.close());

interface Run {
  readonly upstream: GrpcUpstream | HttpUpstream;
  readonly running: RunningProcess;
  readonly ledger: SpanLedger;
  /** Sends so many requests of 8 spans; each must be answered with OK. */
  readonly send: (requests: number) => Promise<void>;
}

async function forwarding(protocol: 'grpc' | 'http', dataPath?: string): Promise<Run> {
  const upstream = await (protocol === 'grpc' ? scene.grpcUpstream() : scene.httpUpstream());
  const format = protocol === 'grpc' ? 'otlp' : 'otlp-http';
  const running = await scene.start({
    flags: forwardingTo(upstream, { format }),
    ...(dataPath !== undefined && { dataPath }),
  });
  // A destination that is new begins where the log ends once it is known.
  await caughtUp(running);
  const ledger = new SpanLedger();
  const send = async (requests: number) => {
    const load = new TraceLoad(running, ledger);
    for (let i = 0; i < requests; i++) expect(await load.send('grpc', uniqueRequest(8))).toBe('ok');
    await load.stop();
  };
  return { upstream, running, ledger, send };
}

/** Read from a copy: opening the folder of a running service would sweep up what it is writing. */
async function deadLetters({ running }: Run) {
  const folder = join(running.dataPath, 'forward');
  const [name = ''] = existsSync(folder) ? readdirSync(folder) : [];
  const copy = scene.folder();
  for (const letter of readdirSync(join(folder, name)).filter((file) => file.endsWith('.letter')))
    copyFileSync(join(folder, name, letter), join(copy, letter));
  return new FileCursorStore({ path: copy }).list(1000);
}

/** Everything is dealt with; `aside` spans are dead letters and the rest has arrived, unchanged. */
async function expectDealtWith(run: Run, aside = 0): Promise<void> {
  await eventually(async () => (await whereabouts(run)).lost === 0, 'nothing is lost');
  await caughtUp(run.running);
  const all = await whereabouts(run);
  expect(all).toMatchObject({ lost: 0, changed: 0, unknown: 0, readable: run.ledger.size });
  const letters = await deadLetters(run);
  expect(letters.flatMap(({ request }) => rawSpansOf(request))).toHaveLength(aside);
  expect(await run.running.metric(REFUSED)).toBe(aside);
}

/** Of all spans that were answered for: at the destination, or among the dead letters. */
async function whereabouts(run: Run): Promise<LedgerReport> {
  const accepted = run.upstream.accepted.map(({ body }) => body);
  const letters = (await deadLetters(run)).map(({ request }) => request);
  return run.ledger.compare([...accepted, ...letters]);
}

const REFUSED = 'synton_dropped_total{reason="forward_refused"}';
const REJECTED = 'synton_dropped_total{reason="forward_rejected"}';
const ACCEPT: UpstreamAnswer = { kind: 'accept' };

describe.concurrent('forwarding to a destination that', () => {
  it('is down, and then there', async () => {
    const run = await forwarding('grpc');
    run.upstream.stop();
    await run.send(20);
    await eventually(() => failing(run), 'it is noticed');
    await run.send(20);
    await run.upstream.start();
    await expectDealtWith(run);
  });

  it('takes requests and never answers', async () => {
    const run = await forwarding('grpc');
    run.upstream.behave = (_request, count) => (count <= 2 ? { kind: 'hang' } : ACCEPT);
    await run.send(10);
    await run.upstream.until(() => run.upstream.seen.length >= 1);
    await run.send(10);
    await expectDealtWith(run);
  });

  it.each([
    ['UNAVAILABLE', 14],
    ['RESOURCE_EXHAUSTED', 8],
  ])('answers %s with a delay: it is kept', async (_name, code) => {
    const run = await forwarding('grpc');
    const times: number[] = [];
    run.upstream.behave = (_request, count) => {
      times.push(performance.now());
      return count === 1 ? { kind: 'grpc', code, retryAfterMs: 700 } : ACCEPT;
    };
    await run.send(1);
    await expectDealtWith(run);
    expect(times[1]! - times[0]!).toBeGreaterThan(690);
    expect(times[1]! - times[0]!).toBeLessThan(10_000);
  });

  it('answers 503 with Retry-After: it is kept', async () => {
    const run = await forwarding('http');
    const times: number[] = [];
    run.upstream.behave = (_request, count) => {
      times.push(performance.now());
      const headers = { 'retry-after': '1' };
      return count === 1 ? { kind: 'http', status: 503, headers } : ACCEPT;
    };
    await run.send(1);
    await expectDealtWith(run);
    expect(times[1]! - times[0]!).toBeGreaterThan(990);
    expect(times[1]! - times[0]!).toBeLessThan(10_000);
  });

  it('answers RESOURCE_EXHAUSTED without a delay: it gets smaller requests', async () => {
    const run = await forwarding('grpc');
    run.upstream.behave = ({ body }) =>
      rawSpansOf(body).length > 3 ? { kind: 'grpc', code: 8 } : ACCEPT;
    await run.send(5);
    await expectDealtWith(run);
  });

  it.each([
    ['UNIMPLEMENTED', 'grpc', { kind: 'grpc', code: 12 }],
    ['400 without more', 'http', { kind: 'http', status: 400 }],
    ['401', 'http', { kind: 'http', status: 401 }],
  ] as const)('answers %s: set aside, and the rest is sent', async (_name, protocol, answer) => {
    const run = await forwarding(protocol);
    let refuses = true;
    run.upstream.behave = () => (refuses ? answer : ACCEPT);
    await run.send(2);
    await eventually(async () => (await run.running.metric(REFUSED)) === 16, 'set aside');
    refuses = false;
    await run.send(3);
    await expectDealtWith(run, 16);
  });

  it('rejects some in a partial success: counted, not sent again', async () => {
    const run = await forwarding('grpc');
    run.upstream.behave = () => ({ kind: 'accept', rejectedSpans: 3, message: 'too old' });
    await run.send(1);
    await expectDealtWith(run);
    expect(run.upstream.seen).toHaveLength(1);
    expect(await run.running.metric(REJECTED)).toBe(3);
  });

  it.runIf(process.platform === 'linux')('floods with a gigabyte: it is not read', async () => {
    const run = await forwarding('http');
    run.upstream.behave = (request, count) => {
      if (count > 1) return ACCEPT;
      // What it says with 200 is accepted, whatever else it says.
      run.upstream.accepted.push(request);
      return { kind: 'flood', bytes: 2 ** 30 };
    };
    const before = peakBytes(run.running);
    await run.send(1);
    await run.upstream.until(() => run.upstream.seen.length > 0);
    await run.send(1);
    await expectDealtWith(run);
    expect(peakBytes(run.running) - before).toBeLessThan(100 * 2 ** 20);
  });

  it('cannot take one span: that one is set aside, alone', async () => {
    const run = await forwarding('grpc');
    let poison: string | undefined;
    run.upstream.behave = ({ body }) => {
      const ids = rawSpansOf(body).map(({ id }) => id);
      poison ??= ids[5];
      return ids.includes(poison!) ? { kind: 'grpc', code: 3 } : ACCEPT;
    };
    await run.send(6);
    await expectDealtWith(run, 1);
    const [letter] = await deadLetters(run);
    expect(rawSpansOf(letter!.request).map(({ id }) => id)).toEqual([poison]);
    expect(letter).toMatchObject({ code: 'INVALID_ARGUMENT', spanCount: 1 });
  });

  it('is there while the service is killed in the middle, again and again', async () => {
    const dataPath = join(scene.folder(), 'data');
    const first = await forwarding('grpc', dataPath);
    const { upstream, ledger } = first;
    // Never answered at first, so that a kill finds requests under way.
    upstream.behave = () => ({ kind: 'hang' });
    await first.send(10);
    await upstream.until(() => upstream.seen.length > 0);
    let { running } = first;
    for (let life = 0; life < 3; life++) {
      await running.kill();
      const seen = upstream.seen.length;
      running = await scene.start({ dataPath, flags: forwardingTo(upstream) });
      if (life === 1)
        upstream.behave = (_request, count) => (count % 2 ? { kind: 'hang' } : ACCEPT);
      await upstream.until(() => upstream.seen.length > seen);
      const load = new TraceLoad(running, ledger);
      expect(await load.send('http', uniqueRequest(8))).toBe('ok');
      await load.stop();
    }
    upstream.behave = () => ACCEPT;
    await expectDealtWith({ ...first, running });
  });
});

async function failing({ running }: Run): Promise<boolean> {
  const { forwarding: [one] = [] } = await running.json<{ forwarding: { status: string }[] }>(
    '/health',
  );
  return one?.status === 'degraded';
}

/** Of resident memory, since the process began. */
function peakBytes({ process: { child } }: RunningProcess): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
}
