/** The built processor with OpenTelemetry JS 3.x, as a program would use it. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { InMemorySpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import { SyntonSpanProcessor } from '../../../dist/sdk/index.js';

let folder;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'synton-sdk-3-'));
});
after(() => rmSync(folder, { recursive: true }));

function traced(options) {
  const processor = new SyntonSpanProcessor(options);
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'shop' }),
    spanProcessors: [processor],
  });
  return { processor, provider, tracer: provider.getTracer('t', '1.0') };
}

const sumOf = (counts) => Object.values(counts).reduce((sum, count) => sum + count, 0);

test('a trace is seen while it runs, kept, forwarded and read back', async () => {
  const exporter = new InMemorySpanExporter();
  const first = traced({ path: join(folder, 'kept'), exporter });
  const root = first.tracer.startSpan('GET /', { kind: 1 });
  const { traceId } = root.spanContext();
  const running = await first.processor.views.lifecycle(traceId);
  assert.equal(running.trace.status, 'Running');

  const child = first.tracer.startSpan('work', {}, trace.setSpan(ROOT_CONTEXT, root));
  child.setAttributes({ n: 1, list: ['a', 'b'], nested: { deep: [true, 2.5] } });
  child.recordException(new Error('no'));
  child.setStatus({ code: SpanStatusCode.ERROR });
  child.end();
  root.end();
  await first.provider.forceFlush();
  assert.deepEqual(
    exporter
      .getFinishedSpans()
      .map(({ name }) => name)
      .sort(),
    ['GET /', 'work'],
  );
  await first.provider.shutdown();

  const second = traced({ path: join(folder, 'kept') });
  const life = await second.processor.views.lifecycle(traceId);
  assert.deepEqual(
    life.tree.map(({ name, depth, service, status }) => [name, depth, service, status]),
    [
      ['GET /', 0, 'shop', 'Completed'],
      ['work', 1, 'shop', 'Failed'],
    ],
  );
  const { content } = await second.processor.views.export(traceId, { flavor: 'otlp' });
  assert.match(content, /"nested"/);
  await second.provider.shutdown();
});

test('10,000 spans ended in one turn of the loop: none is lost', async () => {
  const { processor, provider, tracer } = traced({ path: join(folder, 'burst') });
  for (let i = 0; i < 10_000; i++) tracer.startSpan(`op ${i % 7}`).end();
  await provider.forceFlush();
  assert.equal((await processor.views.dashboard({ last: '1h' })).spans, 10_000);
  assert.equal(sumOf(processor.dropped), 0);
  await provider.shutdown();
});

test('more than the bound: each one that is dropped is counted', async () => {
  const { processor, provider, tracer } = traced({ maxEndedSpans: 1_000 });
  for (let i = 0; i < 10_000; i++) tracer.startSpan('op').end();
  await provider.forceFlush();
  assert.equal(processor.dropped.buffer_full, 9_000);
  await provider.shutdown();
});
