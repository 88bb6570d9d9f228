/** A program that brings a tracer provider of its own: its spans are seen from the first one on. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WatchedPrograms } from './watched-program.ts';

const programs = new WatchedPrograms();
beforeAll(() => programs.open());
afterAll(() => programs.close());

const API = import.meta.resolve('@opentelemetry/api');
const SDK = import.meta.resolve('@opentelemetry/sdk-trace-base');
const SET_UP = `import { ROOT_CONTEXT, context, trace } from '${API}';
import { BasicTracerProvider } from '${SDK}';
trace.setGlobalTracerProvider(new BasicTracerProvider());
const tracer = trace.getTracer('own');
`;

test.each([
  [
    'started and ended by hand',
    `tracer.startSpan('first').end(); tracer.startSpan('second').end();`,
  ],
  [
    'the active one of what it calls',
    `tracer.startActiveSpan('first', (span) => { tracer.startSpan('second').end(); span.end() });`,
  ],
  [
    'of a tracer and a context that it had before',
    `const root = tracer.startSpan('first', {}, trace.setSpan(context.active(), trace.wrapSpanContext({ traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 })));
context.with(ROOT_CONTEXT, () => tracer.startSpan('second').end()); root.end();`,
  ],
])('%s', async (_, code) => {
  programs.write({ 'own.mjs': `${SET_UP}${code}\n` });
  expect(await programs.watched('own.mjs')).toMatchObject({ code: 0, stderr: '' });
  const own = programs.takeSpans().filter(({ scope }) => scope === 'own');
  expect(own.map(({ name }) => name).sort()).toEqual(['first', 'second']);
});
