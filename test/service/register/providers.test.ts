/** A program that brings a tracer provider of its own: its spans are seen from the first one on. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
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

test.each(['1.9.0', '1.10.3', '1.8.0'])('is taken from a copy %s of the API', async (version) => {
  const copy = join(programs.folder, 'node_modules/@opentelemetry/api');
  cpSync(join(dirname(fileURLToPath(API)), '../..'), copy, { recursive: true, dereference: true });
  for (const file of ['package.json', 'build/src/version.js']) {
    const text = readFileSync(join(copy, file), 'utf8');
    writeFileSync(join(copy, file), text.replace(/\b1\.9\.1\b/, version));
  }
  programs.write({
    'copy.cjs': `const { context, trace } = require('@opentelemetry/api');
const taken = trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan: () => console.log('started') }) });
const key = Symbol('key');
const isShared = context.with(context.active().setValue(key, 1), () => context.active().getValue(key) === 1);
trace.getTracer('own').startSpan('first');
console.log(taken, isShared);`,
  });
  const { stdout, stderr } = await programs.watched('copy.cjs');
  // One that is older by more than a patch may register nothing.
  expect([stdout, stderr]).toEqual(
    version === '1.8.0' ? ['false true\n', ''] : ['started\ntrue true\n', ''],
  );
  rmSync(copy, { recursive: true });
});

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
