/** Watching begins in a process that has set OpenTelemetry up before. */
import { context, trace as otel } from '@opentelemetry/api';
import { InMemorySpanExporter } from '@opentelemetry/sdk-trace-base';
import { afterAll, expect, test } from 'vitest';
import { record } from '../../../../src/testing/index.ts';
import { recordingRegistry } from '../../../../src/testing/recording-registry.ts';
import { watchCalls } from '../../../../src/testing/watched/watch-calls.ts';
import { withSpan } from '../../../../src/tracing/index.ts';
import { registerProvider, unregisterProvider } from '../../tracing/registered-provider.ts';
import { watchedProgram } from '../watched-program.ts';

afterAll(() => {
  unregisterProvider();
  recordingRegistry().watcher = undefined;
});

test('spans and calls are in one tree, arguments and results kept where asked for, and only spans go on', async () => {
  const exporter = new InMemorySpanExporter();
  registerProvider(exporter);
  watchCalls({ args: false, return: true, errors: false });
  const { main } = watchedProgram(
    'exports.main = async function main(n) { await turn(); return withSpan("inner", () => leaf(n)) }; function leaf(n) { return { n } }',
    { withSpan },
  );
  await otel.getTracer('own').startActiveSpan('around', async (span) => {
    const run = await record(() => main!(4));
    expect(run.behaviour({ attributes: ['synton.return'] })).toBe(
      'main {synton.return={"n":4}}\n  inner\n    (anonymous) {synton.return={"n":4}}\n      leaf {synton.return={"n":4}}',
    );
    // What was active around the recording is again.
    expect(otel.getSpan(context.active())).toBe(span);
    span.end();
  });
  expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual(['inner', 'run', 'around']);
});
