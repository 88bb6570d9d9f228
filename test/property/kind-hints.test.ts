/**
 * The scanner tells a span's kind from bytes while they pass by; the model tells it from attributes. Statistics
 * are counted by the one and views show the other, so the two must agree on every span.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { attributeOf } from '../../src/model/attribute.ts';
import { classifySpanKind } from '../../src/model/classify-span-kind.ts';
import { OTEL_KINDS, SPAN_KINDS } from '../../src/model/span-kind.ts';
import { readSpan } from '../../src/otlp/read-span.ts';
import { SpanScanner } from '../../src/otlp/scan-traces.ts';
import { spanBytes } from '../../src/otlp/span-batch.ts';
import { BITS, COLUMN } from '../../src/otlp/span-columns.ts';
import { type AttributeSpec, buildRequest } from '../support/otlp-request.ts';
import { runs } from '../support/property-runs.ts';

const keys = fc.constantFrom(
  'synton.kind',
  'synton.async',
  'db.system.name',
  'db.system',
  'db.query.text',
  'db.statement',
  'db.namespace',
  'db.operation',
  'gen_ai.operation.name',
  'openinference.span.kind',
  'traceloop.span.kind',
  'server.port',
  'service.kind',
  'http.route',
);

const values: fc.Arbitrary<AttributeSpec> = fc.oneof(
  fc.constantFrom(
    ...SPAN_KINDS,
    'chat',
    'text_completion',
    'generate_content',
    'embeddings',
    'invoke_agent',
    'invoke_workflow',
    'execute_tool',
    'LLM',
    'EMBEDDING',
    'CHAIN',
    'workflow',
    'agent',
    'task',
    'postgresql',
    '',
    'x'.repeat(200),
  ),
  fc.boolean(),
  fc.integer(),
  fc.double(),
  fc.constant(null),
  fc.constant(['chat', 'LLM']),
);

const span = fc.record({
  name: fc.constantFrom('GET /', 'llm_call', 'claude_code.llm_request', 'llm_calls', 'chat gpt'),
  kind: fc.integer({ min: 0, max: 7 }),
  attributes: fc.array(fc.tuple(keys, values), { maxLength: 6 }),
});

test('the kind that the scanner sees is the kind that the model gives', () => {
  fc.assert(
    fc.property(span, (spec) => {
      const scanner = new SpanScanner();
      scanner.scan(buildRequest({ spans: [spec] }));
      const scanned = SPAN_KINDS[(scanner.rows[COLUMN.bits]! & BITS.kindMask) >>> BITS.kindShift];
      const read = readSpan(spanBytes(scanner, 0));
      const otelKind = OTEL_KINDS[read.kind] ?? 'unspecified';
      const expected = classifySpanKind(otelKind, read.name, (key) =>
        attributeOf(read.attributes, key),
      );
      expect(scanned).toBe(expected);
    }),
    { numRuns: runs(2_000) },
  );
});
