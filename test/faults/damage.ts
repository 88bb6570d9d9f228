/**
 * Files of a stopped data directory are damaged, and the directory is opened again. What is read afterwards is
 * what was written, or it is missing and that was said: never anything else. The opening process survives.
 */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileCursorStore } from '../../src/exporters/otlp/file-cursor-store.ts';
import { parseTraceId } from '../../src/model/ids.ts';
import type { LogCursor } from '../../src/store/contracts/span-log.ts';
import { LmdbLog } from '../../src/store/lmdb/lmdb-log.ts';
import { LmdbSource } from '../../src/store/lmdb/lmdb-source.ts';
import { LmdbStore } from '../../src/store/lmdb/lmdb-store.ts';
import { SoundPartitions } from '../../src/store/lmdb/sound-partitions.ts';
import { type FaultScene, forwardingTo } from '../support/fault-scene.ts';
import { rawSpansOf } from '../support/raw-spans.ts';
import { testHost } from '../support/receiver-host.ts';
import { scannedBatch } from '../support/scanned-batch.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import { type LedgerReport, SpanLedger } from '../support/span-ledger.ts';
import { TraceLoad, uniqueRequest } from '../support/trace-load.ts';

export interface Specimen {
  readonly dataPath: string;
  /** Every span in it. */
  readonly ledger: SpanLedger;
  /** Below the directory: what may be damaged. */
  readonly files: readonly string[];
}

/**
 * A directory with a past: a partition that was closed, one whose writer was killed, a cursor, dead letters.
 */
export async function specimen(scene: FaultScene, requests = 40): Promise<Specimen> {
  const dataPath = join(scene.folder(), 'data');
  const upstream = await scene.httpUpstream();
  upstream.behave = (_request, count) =>
    count === 1 ? { kind: 'http', status: 401 } : { kind: 'accept' };
  const ledger = new SpanLedger();
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const flags = forwardingTo(upstream, { format: 'otlp-http', start: 'oldest' });
    const running = await scene.start({ dataPath, flags });
    const load = new TraceLoad(running, ledger).start();
    await load.answered(requests);
    await upstream.until(() => upstream.accepted.length > 0);
    await running.kill(signal);
    await load.stop();
  }
  const copy = join(scene.folder(), 'copy');
  cpSync(dataPath, copy, { recursive: true, filter: isNoSocket });
  // What was answered for is less: a kill comes between the commit and the answer.
  for (const request of (await look(copy, new SpanLedger())).requests) ledger.record(request);
  const files = readdirSync(dataPath, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'lock.mdb')
    .map((entry) => join(entry.parentPath, entry.name).slice(dataPath.length + 1));
  return { dataPath, ledger, files };
}

function isNoSocket(path: string): boolean {
  return !path.includes('synton.sock');
}

export interface DamageReport extends LedgerReport {
  /** What was logged of the damage. */
  readonly said: readonly string[];
  /** Spans that a question for their trace does not find, though the log has them. */
  readonly hidden: number;
  /** Folders kept aside. */
  readonly aside: readonly string[];
  /** A new span was taken afterwards. */
  readonly writes: boolean;
}

/** Copies the directory, lets `harm` change the copy, opens it and reads everything in it. */
export async function damaged(
  scene: FaultScene,
  { dataPath, ledger }: Specimen,
  harm: (dataPath: string) => void,
): Promise<DamageReport> {
  const folder = scene.folder();
  const copy = join(folder, 'data');
  cpSync(dataPath, copy, { recursive: true, filter: isNoSocket });
  harm(copy);
  const { requests, ...seen } = await look(copy, ledger);
  rmSync(folder, { recursive: true });
  return { ...ledger.compare(requests), ...seen };
}

interface Seen extends Pick<DamageReport, 'said' | 'hidden' | 'aside' | 'writes'> {
  readonly requests: readonly Uint8Array[];
}

/** Opens a directory as the service does, and reads all of it in both ways. */
async function look(dataPath: string, ledger: SpanLedger): Promise<Seen> {
  const host = testHost();
  const settings = { path: dataPath, encoding: 'otlp', maxAgeMs: 0, maxBytes: 2 ** 40 } as const;
  const store = new LmdbStore({ ...settings, counterThread: 1 });
  await store.start(host);
  await store.recovered;
  const damages: string[] = [];
  const partitions = new SoundPartitions(dataPath, store.commitSignal, (what) =>
    damages.push(what),
  );
  const log = new LmdbLog(partitions, store.commitSignal);
  const requests: Uint8Array[] = [];
  for (let cursor: LogCursor | undefined = await log.oldest(); cursor !== undefined; ) {
    const chunk = await log.read(cursor, 1 << 20);
    if (chunk !== undefined) requests.push(Uint8Array.from(chunk.request));
    cursor = chunk?.next;
  }
  const hidden = await hiddenSpans(new LmdbSource(partitions), requests);
  const forward = join(dataPath, 'forward');
  for (const name of existsSync(forward) ? readdirSync(forward) : []) {
    const cursors = new FileCursorStore({ path: join(forward, name) });
    const cursor = await cursors.load();
    if (cursor !== undefined && cursor.partition > 2) throw new Error('a cursor out of nowhere');
    for (const { request } of await cursors.list(100)) {
      const { unknown, changed } = ledger.compare([request]);
      if (ledger.size > 0 && unknown + changed > 0) throw new Error('a dead letter out of nowhere');
    }
  }
  const after = scannedBatch(uniqueRequest(1), { arrivalFirst: Number.MAX_SAFE_INTEGER - 1 });
  const writes = (await store.write(after)).status === 'durable';
  const said = [
    ...damages,
    ...host.log.lines
      .filter(({ level }) => level !== 'info')
      .map(({ message, fields }) => `${message} ${JSON.stringify(fields)}`),
  ];
  await store.shutdown(AbortSignal.timeout(10_000));
  partitions.close();
  return {
    requests,
    said,
    hidden,
    aside: readdirSync(join(dataPath, 'partitions')).filter((name) => name.includes('.corrupt-')),
    writes,
  };
}

/** Spans of the log that a question for their trace does not bring. */
async function hiddenSpans(source: LmdbSource, requests: readonly Uint8Array[]): Promise<number> {
  const byTrace = new Map<string, Set<string>>();
  for (const request of requests) {
    for (const { id, bytes } of rawSpansOf(request)) {
      const traceId = id.slice(0, 32);
      const spans = byTrace.get(traceId) ?? new Set();
      byTrace.set(traceId, spans.add(bytes.toString('latin1')));
    }
  }
  let hidden = 0;
  for (const [traceId, spans] of byTrace) {
    for (const { span } of await source.trace(parseTraceId(traceId)))
      spans.delete(Buffer.from(span).toString('latin1'));
    hidden += spans.size;
  }
  return hidden;
}

const PAGE_BYTES = 4096;

/** Turns over one to four bits: anywhere, in the heads of pages, or in the two pages that lead to all others. */
export function flipBits(path: string, random: SeededRandom): void {
  const bytes = readFileSync(path);
  const where = random.below(3);
  for (let flips = 1 + random.below(4); flips > 0 && bytes.length > 0; flips--) {
    const page = random.below(where === 2 ? 2 : Math.ceil(bytes.length / PAGE_BYTES)) * PAGE_BYTES;
    const at =
      where === 0 ? random.below(bytes.length) : page + random.below(where === 2 ? 160 : 64);
    if (at < bytes.length) bytes[at]! ^= 1 << random.below(8);
  }
  writeFileSync(path, bytes);
}
