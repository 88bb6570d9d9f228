import { describe, expect, it } from 'vitest';
import { InvalidParameter, InvalidTraceId, TraceNotFound } from '../../../src/model/errors.ts';
import type { LifecycleView } from '../../../src/model/lifecycle-view.ts';
import { atOnce } from '../../../src/projection/in-turns.ts';
import {
  type LifecycleParams,
  lifecycleOf,
  lifecycleView,
} from '../../../src/views/lifecycle/lifecycle-view.ts';
import { ORDER, REBUILD } from '../../support/trace-examples.ts';
import { traceReaderOver } from '../../support/trace-reader-over.ts';
import { buildTrace, projectTrace, type TraceSpec } from '../../support/trace-records.ts';

const never = new AbortController().signal;

function lifecycle(spec: TraceSpec, params: Omit<LifecycleParams, 'traceId'> = {}): LifecycleView {
  return atOnce(lifecycleOf(projectTrace(buildTrace(spec)).trace, params));
}

function told(view: LifecycleView): string[] {
  return view.events.map(
    ({ offsetNano, type, name }) => `${Number(offsetNano) / 1e6} ${type} ${name}`,
  );
}

describe('the life of a trace', () => {
  it('is told in order, over all services, on one clock', () => {
    const view = lifecycle(ORDER);
    const withoutQueries = told(view).filter((line) => !line.endsWith('SELECT stock'));
    expect(withoutQueries).toEqual([
      '0 Enter POST /orders',
      '12 Checkpoint cart.validated',
      '14 Enter reserveStock',
      '424 Exit reserveStock',
      '430 Enter charge',
      '440 Enter POST',
      '490 Enter POST /charges',
      '510 Enter POST psp.example',
      '860 Error error',
      '860 Exit POST psp.example',
      '880 Error exception',
      '890 Exit POST /charges',
      '940 Error error',
      '940 Exit POST',
      '948 Error exception',
      '950 Exit charge',
      '1190 Enter orders send',
      '1194 Exit orders send',
      '1200 Enter sendMail',
      '1230 Error error',
      '1230 Exit POST /orders',
      '1300 Enter orders process',
      '1450 Exit orders process',
      '1500 Exit sendMail',
    ]);
    expect(view.trace).toMatchObject({
      root: { name: 'POST /orders', service: 'shop' },
      durationNano: 1_500_000_000n,
      spanCount: 33,
      errorCount: 5,
      status: 'Failed',
    });
    expect(view.warnings).toEqual(['clock_skew_adjusted']);
    expect(view.tree).toHaveLength(33);
    expect(view.tree[0]).toMatchObject({ depth: 0, childCount: 4, parentSpanId: undefined });
  });

  it('names what runs still and what lost its parent', () => {
    const view = lifecycle(REBUILD);
    const named = (id: string) => view.tree.find(({ spanId }) => spanId === id)?.name;
    expect(view.running.map(({ name }) => name)).toEqual(['nightly.rebuild', 'index']);
    const index = view.tree.find(({ name }) => name === 'index')!.spanId;
    expect(view.running[0]!.place).toEqual({ within: index });
    expect(view.running[1]!.place).toBeUndefined();
    expect(view.orphans.map(named)).toEqual(['upload']);
    expect(view.tree.at(-1)).toMatchObject({ depth: 0, parentSpanId: 'ffffffffffffffff' });
    expect(told(view)).not.toContain('45 Exit nightly.rebuild');
    expect(view.gaps).toEqual([]);
  });

  it('orders what happens at one moment as a walk around the tree meets it', () => {
    const view = lifecycle({
      spans: [
        { name: 'a', atMs: 0, durationMs: 10 },
        { name: 'b', parent: 0, atMs: 0, durationMs: 5 },
        { name: 'c', parent: 0, atMs: 5, durationMs: 5 },
        { name: 'moment', parent: 2, atMs: 10, durationMs: 0 },
      ],
    });
    expect(told(view)).toEqual([
      '0 Enter a',
      '0 Enter b',
      '5 Exit b',
      '5 Enter c',
      '10 Enter moment',
      '10 Exit moment',
      '10 Exit c',
      '10 Exit a',
    ]);
  });

  it('tells the end of a span that ends before it starts at its start', () => {
    const start = 1_767_323_045_000_000_000n;
    const view = lifecycle({ spans: [{ startUnixNano: start, endUnixNano: start - 9n }] });
    expect(view.events.map(({ offsetNano }) => offsetNano)).toEqual([0n, 0n]);
    expect(view.warnings).toEqual(['end_before_start']);
  });

  it('finds the stretches in which nothing was open', () => {
    const view = lifecycle({
      spans: [
        { atMs: 0, durationMs: 10 },
        { atMs: 5, durationMs: 10, parent: 'ffffffffffffffff' },
        { atMs: 40, durationMs: 5, parent: 'ffffffffffffffff' },
      ],
    });
    expect(view.gaps).toEqual([{ fromOffsetNano: 15_000_000n, durationNano: 25_000_000n }]);
  });
});

describe('asking for a lifecycle', () => {
  it('reads the trace from the store', async () => {
    const reader = await traceReaderOver(ORDER, { spans: [{ name: 'other' }], seed: 2 });
    const { traceId } = buildTrace(ORDER);
    const params = lifecycleView.parseParams({ trace_id: traceId.toUpperCase() });
    const view = await lifecycleView.render(reader, params, never);
    expect(view).toEqual(lifecycle(ORDER));
  });

  it('refuses what is no trace id, and one that is unknown', async () => {
    const reader = await traceReaderOver(ORDER);
    expect(() => lifecycleView.parseParams({ trace_id: 'x' })).toThrow(InvalidTraceId);
    expect(() => lifecycleView.parseParams({})).toThrow(InvalidTraceId);
    expect(() => lifecycleView.parseParams({ trace_id: '1'.repeat(32), limit: '0' })).toThrow(
      InvalidParameter,
    );
    const unknown = lifecycleView.parseParams({ trace_id: '1'.repeat(32) });
    await expect(lifecycleView.render(reader, unknown, never)).rejects.toThrow(TraceNotFound);
  });

  it('stops when it is told to', async () => {
    const reader = await traceReaderOver(ORDER);
    const { traceId } = buildTrace(ORDER);
    const stopped = AbortSignal.abort();
    await expect(lifecycleView.render(reader, { traceId }, stopped)).rejects.toThrow('aborted');
  });
});
