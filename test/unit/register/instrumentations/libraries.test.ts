/** What is looked inside of, and where a file belongs. */
import {
  createContextKey,
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  trace,
} from '@opentelemetry/api';
import { describe, expect, test } from 'vitest';
import { instrumentedBy, LIBRARIES } from '../../../../src/register/instrumentations/libraries.ts';
import { isMainFile, packageOf } from '../../../../src/register/instrumentations/package-files.ts';
import {
  isSuppressed,
  TracePropagator,
  traceParentOf,
} from '../../../../src/register/instrumentations/trace-propagator.ts';
import { registerSettings } from '../../../../src/register/settings.ts';

test('each package looks inside of one library; noise is no library that is looked for', () => {
  for (const { name, package: packageName } of LIBRARIES) {
    expect(instrumentedBy(packageName)).toBe(name);
  }
  expect(LIBRARIES.filter(({ isNoise }) => isNoise).map(({ name }) => name)).toEqual([
    ...['fs', 'net', 'dns'],
  ]);
  expect(instrumentedBy('@opentelemetry/auto-instrumentations-node')).toBe('all');
  expect(instrumentedBy('@opentelemetry/sdk-node')).toBeUndefined();
  const modules = LIBRARIES.flatMap((one) => one.modules);
  expect(new Set(modules).size).toBe(modules.length);
});

test.each([
  ['/app/node_modules/pg/lib/index.js', { name: 'pg', folder: '/app/node_modules/pg' }],
  [
    '/app/node_modules/a/node_modules/@redis/client/x.js',
    { name: '@redis/client', folder: '/app/node_modules/a/node_modules/@redis/client' },
  ],
  ['C:\\app\\node_modules\\@redis\\client\\x.js', { name: '@redis/client' }],
  ['/app/lib/pg.js', undefined],
  ['/app/node_modules/pg', undefined],
])('%s', (path, expected) => {
  if (expected === undefined) expect(packageOf(path)).toBeUndefined();
  else expect(packageOf(path)).toMatchObject(expected);
});

test('the main file of a package is what require gives', () => {
  const root = `${process.cwd()}/node_modules/pino`;
  const pino = { name: 'pino', folder: root };
  expect(isMainFile(pino, `${root}/pino.js`)).toBe(true);
  expect(isMainFile(pino, `${root}/lib/tools.js`)).toBe(false);
  expect(isMainFile({ name: 'no-such', folder: '/no/node_modules/no-such' }, '/x.js')).toBe(false);
});

test.each([
  [undefined, { isAuto: true, names: [] }],
  ['off', { isAuto: false, names: [] }],
  ['auto, DNS', { isAuto: true, names: ['dns'] }],
  ['pg,redis', { isAuto: false, names: ['pg', 'redis'] }],
  ['pg,../evil', { isAuto: false, names: ['pg'] }],
])('SYNTON_INSTRUMENTATIONS=%s', (given, expected) => {
  const { instrumentations, warnings } = registerSettings({ SYNTON_INSTRUMENTATIONS: given });
  expect(instrumentations).toEqual(expected);
  expect(warnings).toHaveLength(given?.includes('..') ? 1 : 0);
});

describe('the trace that goes along', () => {
  const remote = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1, isRemote: true };
  const root = trace.setSpanContext(ROOT_CONTEXT, { ...remote, traceId: 'c'.repeat(32) });

  test('is written and read', () => {
    const carrier: Record<string, string> = {};
    const propagator = new TracePropagator(root);
    propagator.inject(trace.setSpanContext(ROOT_CONTEXT, remote), carrier, defaultTextMapSetter);
    expect(carrier).toEqual({ traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` });
    const read = propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);
    expect(trace.getSpanContext(read)).toEqual(remote);
    expect(propagator.fields()).toEqual(['traceparent']);
  });

  test('is that of the program where nothing comes along, unless there is one already', () => {
    const propagator = new TracePropagator(root);
    const read = (context = ROOT_CONTEXT) =>
      trace.getSpanContext(
        propagator.extract(context, { traceparent: 'junk' }, defaultTextMapGetter),
      );
    expect(read()?.traceId).toBe('c'.repeat(32));
    expect(read(trace.setSpanContext(ROOT_CONTEXT, remote))).toEqual(remote);
    expect(new TracePropagator(ROOT_CONTEXT).extract(ROOT_CONTEXT, {}, defaultTextMapGetter)).toBe(
      ROOT_CONTEXT,
    );
  });

  test('is not told of where nothing is to be traced, or there is none', () => {
    expect(traceParentOf(ROOT_CONTEXT)).toBeUndefined();
    expect(isSuppressed(ROOT_CONTEXT)).toBe(false);
    // As the SDK names it; keys go by their name.
    const key = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');
    const suppressed = trace.setSpanContext(ROOT_CONTEXT, remote).setValue(key, true);
    expect(isSuppressed(suppressed)).toBe(true);
    expect(traceParentOf(suppressed)).toBeUndefined();
  });
});
