import { describe, expect, it } from 'vitest';
import { TraceNotFound } from '../../../src/model/errors.ts';
import { SPAN_KINDS } from '../../../src/model/span-kind.ts';
import { SPAN_STATUSES } from '../../../src/model/trace-span.ts';
import { atOnce } from '../../../src/projection/in-turns.ts';
import type { Trace } from '../../../src/store/contracts/span-record.ts';
import { encodeOutline } from '../../../src/views/outline/encode-outline.ts';
import { outlineView } from '../../../src/views/outline/outline-view.ts';
import { timelineOf } from '../../../src/views/timeline/timeline-view.ts';
import { rangeOf } from '../../../src/views/trace-rows.ts';
import { LocalRenderer } from '../../support/local-renderer.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { buildRequest, type RequestSpec } from '../../support/otlp-request.ts';
import { type ReadOutline, readOutline } from '../../support/read-outline.ts';
import { ORDER, REBUILD } from '../../support/trace-examples.ts';
import { buildTrace, projectTrace, traceOf } from '../../support/trace-records.ts';

const SECOND = 1_000_000_000;

function outlineOf({ outline }: Trace, subtree?: string, lateNano = 0n): ReadOutline {
  const now = outline.endUnixNano + lateNano;
  const range = rangeOf(outline, subtree as never);
  return readOutline(atOnce(encodeOutline(outline, range, 'abc', now)));
}

/** What a timeline tells of each row, from the columns. */
function rowsOf({ header, column }: ReadOutline) {
  const [high, low] = [0, 1].map((half) =>
    column('spanId').filter((_, index) => index % 2 === half),
  );
  const hex = (word: number) => word.toString(16).padStart(8, '0');
  return Array.from({ length: header.rowCount }, (_, row) => ({
    spanId: hex(high![row]!) + hex(low![row]!),
    name: header.names[column('name')[row]!],
    service: header.services[column('service')[row]!],
    kind: SPAN_KINDS[column('kind')[row]!],
    status: SPAN_STATUSES[column('status')[row]!],
    depth: column('depth')[row],
    lane: column('lane')[row],
    offsetNano: column('start')[row],
    durationNano: column('duration')[row],
    selfNano: column('self')[row],
    critical: (column('flags')[row]! & 4) !== 0,
    childCount: column('childCount')[row],
    spansBelow: column('subtreeEnd')[row]! - row - 1,
    errorsBelow: column('errorsBelow')[row],
  }));
}

function timelineRows(spec: RequestSpec, subtree?: string) {
  const { trace } = projectTrace(buildTrace(spec));
  const view = atOnce(
    timelineOf(trace, subtree === undefined ? {} : { subtree: subtree as never }),
  );
  return view.rows.map(({ parentSpanId: _, role: _role, stale: _stale, ...row }) => ({
    ...row,
    offsetNano: Number(row.offsetNano),
    durationNano: Number(row.durationNano),
    selfNano: Number(row.selfNano),
  }));
}

const CRITICAL = 4;

/** But whether it is on the critical path. */
const flagsOf = (outline: ReadOutline, name: string) => {
  const row = outline.column('name').indexOf(outline.header.names.indexOf(name));
  return outline.column('flags')[row]! & ~CRITICAL;
};

describe('an encoded outline', () => {
  it('says of every row what a timeline does', () => {
    const outline = outlineOf(buildTrace(ORDER));
    expect(rowsOf(outline)).toEqual(timelineRows(ORDER));
    expect(outline.header).toMatchObject({
      services: ['shop', 'payment', 'warehouse'],
      rowFirst: 0,
      rowCount: 33,
      startUnixNano: '1767323045000000000',
      durationNano: String(1.5 * SECOND),
      revision: 'abc',
    });
    expect(outline.header.names.filter((name) => name === 'SELECT stock')).toHaveLength(1);
    expect(outline.column('parent').slice(0, 4)).toEqual([-1, 0, 1, 1]);
  });

  it('counts the rows of a sub-tree from its span, and times from the start of the trace', () => {
    const charge = timelineRows(ORDER).find(({ name }) => name === 'charge')!;
    const outline = outlineOf(buildTrace(ORDER), charge.spanId);
    expect(rowsOf(outline)).toEqual(timelineRows(ORDER, charge.spanId));
    expect(outline.header.rowFirst).toBe(26);
    expect(outline.column('parent')).toEqual([-1, 0, 1, 2]);
    expect(outline.column('subtreeEnd')).toEqual([4, 4, 4, 4]);
    const { criticalPath } = outline.header;
    expect(criticalPath.length).toBeGreaterThan(3);
    expect(Math.max(...criticalPath.map(({ row }) => row))).toBe(3);
    const told = criticalPath.reduce((sum, { fromNano, toNano }) => sum + toNano - fromNano, 0);
    expect(told).toBe(charge.durationNano);
  });

  it('marks what is to be seen of a span without reading it', () => {
    const link = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
    const outline = outlineOf(
      buildTrace({
        spans: [
          { name: 'root', durationMs: 10 },
          { name: 'plain', parent: 0, durationMs: 1, atMs: 1 },
          { name: 'told', parent: 0, durationMs: 1, atMs: 1, events: [{ name: 'a' }] },
          { name: 'thrown', parent: 0, durationMs: 1, atMs: 1, events: [{ name: 'exception' }] },
          { name: 'linked', parent: 0, durationMs: 1, atMs: 1, links: [link] },
          { name: 'lost', parent: 'f'.repeat(16), durationMs: 1, atMs: 1 },
          { name: 'late', parent: 0, durationMs: 50, atMs: 1 },
        ],
        origins: { 1: 'memory' },
      }),
    );
    expect(flagsOf(outline, 'plain')).toBe(512);
    expect(flagsOf(outline, 'told')).toBe(8);
    expect(flagsOf(outline, 'thrown')).toBe(8 | 64);
    expect(flagsOf(outline, 'linked')).toBe(16);
    expect(flagsOf(outline, 'lost')).toBe(2 | 32);
    expect(flagsOf(outline, 'late')).toBe(256);
    const warnings = outline.column('warnings').find((bits) => bits !== 0)!;
    expect(outline.header.notes[Math.log2(warnings)]).toBe('missing_parent');
  });

  it('lets what runs do so until now, and what is stale until the last sign of the trace', () => {
    const trace = buildTrace(REBUILD);
    const gone = trace.records.map((record, index) =>
      index === 2 ? { ...record, process: 'gone' as const } : record,
    );
    const late = BigInt(60 * SECOND);
    const outline = outlineOf(traceOf(trace.traceId, gone), undefined, late);
    const row = (name: string) =>
      outline.column('name').indexOf(outline.header.names.indexOf(name));
    const duration = (name: string) => outline.column('duration')[row(name)]! / 1e6;
    expect(duration('nightly.rebuild')).toBe(60_045);
    expect(duration('index')).toBe(45 - 25);
    expect(outline.header.durationNano).toBe('60045000000');
    expect(flagsOf(outline, 'index') & 1).toBe(1);
    expect(outline.column('self')[row('nightly.rebuild')]).toBe(0);
  });

  it('cuts names that are longer than anybody reads', () => {
    const { header } = outlineOf(buildTrace({ spans: [{ name: 'é'.repeat(5_000) }] }));
    expect(header.names).toEqual([`${'é'.repeat(1_024)}…`]);
  });
});

describe('asking for an outline', () => {
  const never = new AbortController().signal;

  it('answers with nothing but the revision while that is the same', async () => {
    const clock = new ManualClock(1_767_323_045_000_000_000n);
    const renderer = new LocalRenderer({ clock });
    await renderer.receive(buildRequest(ORDER));
    const { traceId } = buildTrace(ORDER);
    const view = outlineView(clock);
    const ask = (...revision: string[]) =>
      view.render(renderer.reader, view.parseParams({ trace_id: traceId, revision }), never);
    const first = await ask();
    expect(readOutline(first.bytes!).header.revision).toBe(first.revision);
    expect(await ask('other', first.revision)).toEqual({
      revision: first.revision,
      bytes: undefined,
    });
    const late: RequestSpec = { service: 'shop', spans: [{ name: 'late', traceId }], seed: 9 };
    await renderer.receive(buildRequest(late));
    const second = await ask(first.revision);
    expect(second.revision).not.toBe(first.revision);
    expect(readOutline(second.bytes!).header.rowCount).toBe(34);
  });

  it('knows no trace that nobody sent', async () => {
    const { reader } = new LocalRenderer();
    const view = outlineView(new ManualClock(0n));
    const params = view.parseParams({ trace_id: 'a'.repeat(32), revision: 'x' });
    await expect(view.render(reader, params, never)).rejects.toThrow(TraceNotFound);
  });
});
