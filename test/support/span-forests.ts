/** Spans such as no program leaves: any parents, any times, any that run. Every span but the first names one before it, or none. */
import fc from 'fast-check';
import type { SpanSpec } from './otlp-request.ts';

const span = fc.record({
  parent: fc.nat(),
  isRoot: fc.integer({ min: 0, max: 9 }),
  atMs: fc.integer({ min: -5, max: 60 }),
  durationMs: fc.integer({ min: 0, max: 40 }),
});

export const programs: fc.Arbitrary<SpanSpec[]> = fc
  .array(span, { minLength: 1, maxLength: 25 })
  .map((spans) =>
    spans.map(({ parent, isRoot, atMs, durationMs }, index) => ({
      name: `span ${index}`,
      atMs,
      durationMs,
      ...(index === 0 || isRoot === 0 ? {} : { parent: parent % index }),
    })),
  );
