import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SpanRing } from '../../../../src/processors/ring-buffer/span-ring.ts';
import { Counters } from '../../../../src/telemetry/counters.ts';
import { buildRequest } from '../../../support/otlp-request.ts';
import { scannedBatch } from '../../../support/scanned-batch.ts';

const never = new AbortController().signal;
const SPANS_MAX = 20;
const traceIdOf = (number: number) => number.toString(16).padStart(32, '0');

/** Batches of so many spans, each span of a trace of its own, with looks in between. */
const steps = fc.array(
  fc.oneof(fc.record({ insert: fc.integer({ min: 1, max: 30 }) }), fc.constant('look' as const)),
  { maxLength: 20 },
);

it('of a ring: each look tells what came since the one before, and how much of it is gone', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (given) => {
      const ring = new SpanRing({
        spansMax: SPANS_MAX,
        bytesMax: 2 ** 20,
        counters: new Counters(),
      });
      let sent = 0;
      let told = 0;
      let after = 0;
      for (const step of [...given, 'look' as const]) {
        if (step !== 'look') {
          const first = sent + 1;
          const spans = Array.from({ length: step.insert }, (_, i) => ({
            traceId: traceIdOf(first + i),
          }));
          sent += step.insert;
          ring.insert(scannedBatch(buildRequest({ spans }), { arrivalFirst: first }));
          continue;
        }
        const found = await ring.arrived({}, { after, limit: 1_000 }, never);
        const since = Math.max(told, sent - SPANS_MAX);
        const expected = Array.from({ length: sent - since }, (_, i) => traceIdOf(sent - i));
        expect(found).toEqual({ traceIds: expected, newest: sent, lost: since - told });
        told = sent;
        after = found.newest;
      }
    }),
  );
});

it('of a ring: as many traces as were asked for, the newest', async () => {
  const ring = new SpanRing({ spansMax: SPANS_MAX, bytesMax: 2 ** 20, counters: new Counters() });
  const spans = [1, 2, 3, 2].map((number) => ({ traceId: traceIdOf(number) }));
  ring.insert(scannedBatch(buildRequest({ spans }), { arrivalFirst: 1 }));
  const { traceIds } = await ring.arrived({}, { after: 0, limit: 2 }, never);
  expect(traceIds).toEqual([traceIdOf(2), traceIdOf(3)]);
});
