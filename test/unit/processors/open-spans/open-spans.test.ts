import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../../../src/model/clock.ts';
import { parseTraceId } from '../../../../src/model/ids.ts';
import { readLogEvents } from '../../../../src/otlp/read-log-events.ts';
import { readSpan } from '../../../../src/otlp/read-span.ts';
import { SpanScanner } from '../../../../src/otlp/scan-traces.ts';
import { writeTraces } from '../../../../src/otlp/write-traces.ts';
import { OpenSpans } from '../../../../src/processors/open-spans/open-spans.ts';
import { OpenSpansFile } from '../../../../src/processors/open-spans/open-spans-file.ts';
import { MemoryStore } from '../../../../src/store/memory/memory-store.ts';
import { createTraceReader } from '../../../../src/store/reading/create-trace-reader.ts';
import { Counters } from '../../../../src/telemetry/counters.ts';
import { allViews } from '../../../../src/views/all-views.ts';
import { eventually } from '../../../support/eventually.ts';
import {
  type GivenRecord,
  logsRequest,
  startRecord,
  TRACE_ID,
} from '../../../support/log-requests.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { testHost } from '../../../support/receiver-host.ts';

const TRACE = parseTraceId(TRACE_ID);
const ALL = { before: Number.MAX_SAFE_INTEGER, limit: 100 };
const ANY_TIME = new AbortController().signal;
const idOf = (n: number) => n.toString(16).padStart(16, '0');

function scene(settings: { spansMax?: number; bytesMax?: number } = {}) {
  const clock = new ManualClock();
  const counters = new Counters();
  const open = new OpenSpans({ clock, counters, ...settings });
  const tell = (records: readonly GivenRecord[], resource?: GivenRecord['attributes']) =>
    open.take(readLogEvents(logsRequest(records, resource)));
  const names = async () =>
    (await open.trace(TRACE)).map(({ span, process }) => [readSpan(span).name, process]);
  return { clock, counters, open, tell, names };
}

/** What the receiver hands on of an ended span with that start's identity. */
function ended(record: GivenRecord): SpanScanner {
  const [event] = readLogEvents(logsRequest([record]));
  if (event?.type !== 'start') throw new Error('no start');
  const end = Buffer.alloc(9, 1);
  end[0] = 0x41;
  const batch = new SpanScanner();
  batch.scan(writeTraces([{ span: Buffer.concat([event.span, end]), ...event.frames }]));
  expect(batch.count).toBe(1);
  return batch;
}

test('a span is open until its end is received, whichever comes first', async () => {
  const { open, tell, names } = scene();
  const [one, two] = [startRecord(idOf(1), 'one'), startRecord(idOf(2), 'two')];
  tell([one, two]);
  expect(await names()).toEqual([
    ['one', undefined],
    ['two', undefined],
  ]);
  const found = await open.find(
    { status: 'Running', service: 'shop', operation: 'two' },
    ALL,
    ANY_TIME,
  );
  expect(found.matches.map(({ traceId }) => traceId)).toEqual([TRACE]);
  expect(await open.services()).toEqual(['shop']);
  open.settle(ended(one));
  expect(await names()).toEqual([['two', undefined]]);
  tell([one]);
  expect(await names()).toEqual([['two', undefined]]);
  open.settle(ended(two));
  expect(open.occupancy).toEqual({ spans: 0, stale: 0, bytes: 0 });
  expect(await open.mark(TRACE)).toBe('');
});

test('one that is said to have ended is shown as ended until it is received, or forgotten where it will not be', async () => {
  const { open, tell } = scene();
  const [one, two] = [startRecord(idOf(1), 'one'), startRecord(idOf(2), 'two')];
  const end = (n: number, attributes = {}): GivenRecord => ({
    name: 'synton.span.end',
    traceId: TRACE_ID,
    spanId: idOf(n),
    timeUnixNano: '1700000000500000000',
    attributes: { 'synton.span.status': 2, ...attributes },
  });
  tell([one, two, end(1), end(3)]);
  const [ended1, open2] = await open.trace(TRACE);
  expect(ended1).toMatchObject({ origin: 'memory' });
  expect(ended1!.process).toBeUndefined();
  expect(readSpan(ended1!.span)).toMatchObject({
    endUnixNano: 1700000000500000000n,
    statusCode: 2,
  });
  expect(open2).toMatchObject({ origin: 'running' });
  expect(open.occupancy).toMatchObject({ spans: 1, stale: 0 });
  const running = await open.find({ status: 'Running' }, ALL, ANY_TIME);
  const failed = await open.find({ status: 'Failed' }, ALL, ANY_TIME);
  expect([running.matches.length, failed.matches.length]).toEqual([1, 1]);
  open.settle(ended(one));
  expect((await open.trace(TRACE)).map(({ span }) => readSpan(span).name)).toEqual(['two']);
  expect(open.occupancy.spans).toBe(1);
  open.settle(ended(two));
  expect(open.occupancy).toEqual({ spans: 0, stale: 0, bytes: 0 });
});

test('a start that says more replaces one that says less, and no other', async () => {
  const { open, tell } = scene();
  const told = (name: string, revision?: number) =>
    startRecord(idOf(1), name, {
      ...(revision && { attributes: { 'synton.span.revision': revision } }),
    });
  tell([told('bare'), told('again')]);
  tell([{ name: 'synton.checkpoint', traceId: TRACE_ID, spanId: idOf(1) }]);
  const marks = [await open.mark(TRACE)];
  tell([told('second', 2), told('first', 1)]);
  marks.push(await open.mark(TRACE));
  expect(new Set(marks).size).toBe(2);
  const [span] = (await open.trace(TRACE)).map((record) => readSpan(record.span));
  expect(span).toMatchObject({ name: 'second', attributes: [] });
  expect(span!.events).toHaveLength(1);
  open.settle(ended(told('second')));
  expect(open.occupancy.bytes).toBe(0);
});

test('stale after 15 s of silence, at once after an exit, never where the process is unknown', async () => {
  const { clock, open, tell, names } = scene();
  tell([startRecord(idOf(1), 'silent')], { 'service.instance.id': 'a' });
  tell([startRecord(idOf(2), 'alive')], { 'service.instance.id': 'b' });
  tell([startRecord(idOf(3), 'nobody')], { 'service.name': 'x' });
  tell([startRecord(idOf(4), 'exits')], { 'process.pid': 7, 'host.name': 'h' });
  tell([{ name: 'synton.process.exit' }], { 'process.pid': 7, 'host.name': 'h' });
  expect(open.occupancy).toMatchObject({ spans: 4, stale: 1 });
  const mark = await open.mark(TRACE);
  await clock.advance(15_000);
  tell([{ name: 'synton.process.alive' }], { 'service.instance.id': 'b' });
  expect(open.occupancy.stale).toBe(1);
  await clock.advance(1);
  expect(await names()).toEqual([
    ['silent', 'gone'],
    ['alive', undefined],
    ['nobody', 'unknown'],
    ['exits', 'gone'],
  ]);
  expect(await open.mark(TRACE)).not.toBe(mark);
  expect(open.occupancy.stale).toBe(2);
  tell([{ name: 'synton.process.alive' }], { 'service.instance.id': 'a' });
  expect((await names())[0]).toEqual(['silent', undefined]);
});

test('checkpoints are events of the span; of many the latest, and how many are left out', async () => {
  const { open, tell } = scene();
  tell([startRecord(idOf(1), 'work')]);
  const empty = open.occupancy.bytes;
  for (let step = 0; step < 40; step++) {
    tell([{ name: 'synton.checkpoint', traceId: TRACE_ID, spanId: idOf(1), attributes: { step } }]);
  }
  const [record] = await open.trace(TRACE);
  const span = readSpan(record!.span);
  expect(span.events).toHaveLength(32);
  expect(span.events.at(-1)).toMatchObject({ name: 'synton.checkpoint' });
  expect(span.droppedEvents).toBe(8);
  expect(open.occupancy.bytes).toBeGreaterThan(empty);
  open.settle(ended(startRecord(idOf(1), 'work')));
  expect(open.occupancy.bytes).toBe(0);
});

test('beyond a bound the stale go first, then the oldest, each counted', async () => {
  const { clock, counters, open, tell, names } = scene({ spansMax: 3 });
  tell([startRecord(idOf(1), 'living')], { 'service.instance.id': 'a' });
  tell([startRecord(idOf(2), 'silent')], { 'service.instance.id': 'b' });
  await clock.advance(16_000);
  tell([startRecord(idOf(3), 'third')], { 'service.instance.id': 'a' });
  tell([startRecord(idOf(4), 'fourth')], { 'service.instance.id': 'a' });
  expect((await names()).map(([name]) => name)).toEqual(['living', 'third', 'fourth']);
  tell([startRecord(idOf(5), 'fifth')], { 'service.instance.id': 'a' });
  expect((await names()).map(([name]) => name)).toEqual(['third', 'fourth', 'fifth']);
  expect(counters.dropped('open_spans_stale')).toBe(1);
  expect(counters.dropped('open_spans_full')).toBe(1);
  expect(open.occupancy.spans).toBe(3);
});

test('bytes are bounded too', () => {
  const { open, counters, tell } = scene({ bytesMax: 20_000 });
  for (let n = 1; n <= 100; n++) tell([startRecord(idOf(n), 'x'.repeat(500))]);
  expect(open.occupancy.bytes).toBeLessThanOrEqual(20_000);
  expect(counters.dropped('open_spans_full')).toBeGreaterThan(50);
});

test('the table lies on disk within moments, and damage is no table', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'open-spans-')), 'open-spans');
  const host = testHost(systemClock);
  /** Reads what is there; only the first life writes. */
  const life = (onChange?: () => void) => {
    const table = new OpenSpans({ ...host, ...(onChange && { onChange }) });
    const found = new OpenSpansFile(path, host, () => table.contents).read();
    if (found !== undefined) table.restore(found.starts, found.exited);
    return table;
  };
  const first: OpenSpans = life(() => file.changed());
  const file = new OpenSpansFile(path, host, () => first.contents);
  first.take(
    readLogEvents(logsRequest([startRecord(idOf(1), 'a')], { 'service.instance.id': 'x' })),
  );
  first.take(readLogEvents(logsRequest([startRecord(idOf(2), 'b')])));
  const exit = logsRequest([{ name: 'synton.process.exit' }], { 'service.instance.id': 'x' });
  first.take(readLogEvents(exit));
  await eventually(() => existsSync(path), 'the file');
  const records = await life().trace(TRACE);
  expect(records.map(({ span, process }) => [readSpan(span).name, process])).toEqual([
    ['a', 'gone'],
    ['b', undefined],
  ]);
  const bytes = readFileSync(path);
  bytes[bytes.length - 3]! ^= 1;
  writeFileSync(path, bytes);
  expect(life().occupancy.spans).toBe(0);
  expect(host.log.lines.map(({ message }) => message)).toContain('open spans are not read');
});

test('views show a stale span as such, with the place where it stands', async () => {
  const { clock, open, tell } = scene();
  const at = (line: number) => ({ 'code.file.path': 'src/a.ts', 'code.line.number': line });
  tell([startRecord(idOf(1), 'root', { attributes: at(10) })]);
  tell([startRecord(idOf(2), 'child', { parentId: idOf(1), attributes: at(20) })], {});
  tell([{ name: 'synton.checkpoint', traceId: TRACE_ID, spanId: idOf(1), attributes: at(12) }]);
  const store = new MemoryStore({ counters: new Counters() });
  const reader = createTraceReader({
    sources: [store, open],
    statistics: store.statistics,
    storage: () => store.storage(),
  });
  const views = allViews({ clock, dropped: () => ({}) });
  const staleOf = async () => {
    const { trace, tree, warnings } = await views.lifecycle.render(
      reader,
      { traceId: TRACE },
      ANY_TIME,
    );
    const { rows } = await views.timeline.render(reader, { traceId: TRACE }, ANY_TIME);
    expect(rows.map(({ stale }) => stale)).toEqual(tree.map(({ stale }) => stale));
    expect(trace).toMatchObject({ status: 'Running', runningCount: 2 });
    expect(warnings).toEqual(['unknown_process']);
    return [trace.staleCount, ...tree.map(({ name, stale }) => [name, stale])];
  };
  expect(await staleOf()).toEqual([0, ['root', undefined], ['child', undefined]]);
  await clock.advance(15_001);
  expect(await staleOf()).toEqual([1, ['root', true], ['child', undefined]]);
  const contentOf = async (params: object) =>
    JSON.stringify(
      await views.export.render(reader, { traceId: TRACE, ...params } as never, ANY_TIME),
    );
  const text = await contentOf({ format: 'text' });
  expect(text).toMatch(/stale {2}… root .*\(at src\/a\.ts:12\)/);
  expect(text).toMatch(/running {2}.*… child .*\(at src\/a\.ts:20\)/);
  expect(text).toContain('2 running  1 of them stale');
  expect(await contentOf({ format: 'mermaid' })).toContain('stale');
});
