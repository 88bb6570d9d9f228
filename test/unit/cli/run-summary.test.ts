/** The end of a run: what is counted, and that it fits a screen. */
import { describe, expect, test } from 'vitest';
import { summaryOf } from '../../../src/cli/run-summary.ts';
import { runSummaryText, type Screen } from '../../../src/cli/run-summary-text.ts';
import type { RunTraceSpan } from '../../../src/cli/run-trace.ts';

const SCREEN: Screen = { columns: 60, hasColours: false, cwd: '/srv/shop' };
const HEAD = { name: 'node app.mjs', failure: undefined, durationNano: 1_500_000_000 };

let ids = 0;

interface Spec {
  readonly id?: string;
  readonly parent?: string;
  readonly name: string;
  readonly kind?: string;
  readonly durationMs?: number;
  readonly status?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly thrown?: readonly [type: string, message: string];
}

function listed(attributes: Readonly<Record<string, string>>) {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    value: { type: 'string', value },
  }));
}

function span(spec: Spec): RunTraceSpan {
  const { thrown } = spec;
  return {
    spanId: spec.id ?? `id ${ids++}`,
    parentSpanId: spec.parent ?? 'run',
    name: spec.name,
    otelKind: spec.kind ?? 'internal',
    status: spec.status ?? (thrown === undefined ? 'Completed' : 'Failed'),
    ...(spec.status !== 'Running' && { durationNano: String((spec.durationMs ?? 1) * 1e6) }),
    attributes: listed(spec.attributes ?? {}),
    events:
      thrown === undefined
        ? []
        : [
            {
              type: 'Error',
              name: 'exception',
              attributes: listed({ 'exception.type': thrown[0], 'exception.message': thrown[1] }),
            },
          ],
    metadata: { statusMessage: '' },
  };
}

const code = (file: string, line: number) => ({
  'code.file.path': `/srv/shop/${file}`,
  'code.line.number': String(line),
});

const RUN = span({ id: 'run', name: 'node app.mjs', durationMs: 9_999 });

function textOf(specs: readonly Spec[], screen: Partial<Screen> = {}, failure?: string): string {
  const summary = summaryOf({ spans: [RUN, ...specs.map(span)], isCut: false }, 'run');
  return runSummaryText({ ...HEAD, failure }, summary, { ...SCREEN, ...screen }).join('\n');
}

const counts = (functions: number, calls: number): Spec => ({
  name: 'synton.calls',
  durationMs: 8_888,
  attributes: { 'synton.calls.functions': String(functions), 'synton.calls.total': String(calls) },
});

test('what has no name is a line all the same', () => {
  const text = textOf([{ name: '', status: 'Running' }, { name: '' }]);
  expect(text).toMatch(/slowest +1\.00 ms {2}\(no name\)\n +not finished +\(no name\)$/);
});

test('tells calls of all programs, I/O by host and database, errors, the slowest, and what has not finished', () => {
  const get = { name: 'GET', kind: 'client', attributes: { 'server.address': 'api.example.com' } };
  const text = textOf(
    [
      counts(3, 1_200),
      counts(1, 40),
      get,
      { ...get, status: 'Failed', thrown: ['TimeoutError', 'late'] },
      {
        name: 'SELECT',
        kind: 'client',
        attributes: { 'db.system.name': 'postgresql', 'db.namespace': 'shop' },
      },
      { name: 'GET', kind: 'client', attributes: { 'http.url': 'http://u:p@old.example.com/x' } },
      { name: 'slow', durationMs: 300, attributes: code('app.mjs', 3) },
      { name: 'waits', status: 'Running', durationMs: 0, attributes: code('lib/wait.mjs', 8) },
    ],
    { columns: 80 },
    'exit code 7',
  );
  expect(text).toBe(
    `synton: node app.mjs: exit code 7 after 1.50 s
  calls         4 functions, 1,240 calls; 6 spans
  I/O           api.example.com  2 (1 failed)
                postgresql shop  1
                old.example.com  1
  errors        TimeoutError: late
  slowest         300 ms  slow  app.mjs:3
                 1.00 ms  GET
                 1.00 ms  GET
                 1.00 ms  SELECT
                 1.00 ms  GET
  not finished  waits  lib/wait.mjs:8`,
  );
});

describe('an error', () => {
  const thrown = ['TypeError', 'no such thing'] as const;

  test('that passes through functions is one, of the innermost', () => {
    const text = textOf([
      { id: 'a', name: 'outer', thrown, attributes: code('a.mjs', 1) },
      { id: 'b', parent: 'a', name: 'inner', thrown, attributes: code('b.mjs', 2) },
    ]);
    expect(text).toMatch(/^ {2}errors {8}TypeError: no such thing {2}b\.mjs:2$/m);
  });

  test('that comes again is counted', () => {
    const text = textOf([
      { name: 'one', thrown, attributes: code('a.mjs', 1) },
      { name: 'one', thrown, attributes: code('a.mjs', 1) },
      { name: 'one', thrown: ['RangeError', ''], attributes: code('a.mjs', 1) },
    ]);
    expect(text).toMatch(/^ {2}errors {8}2 × TypeError: no such thing {2}a\.mjs:1$/m);
    expect(text).toMatch(/^ {16}RangeError {2}a\.mjs:1$/m);
  });
});

test('an error keeps its place where its message is too long; what has no name has its place once', () => {
  const text = textOf([
    { name: 'fails', thrown: ['Error', 'long '.repeat(40)], attributes: code('a.mjs', 1) },
    { name: '(anonymous) b.mjs:2', attributes: code('lib/b.mjs', 2) },
    { name: 'GET', status: 'Failed', attributes: { 'http.response.status_code': '500' } },
  ]);
  expect(text).toMatch(/^ {2}errors {8}Error: long [long ]*… {2}a\.mjs:1$/m);
  expect(text).toMatch(/^ {16}GET: HTTP 500$/m);
  expect(text).toMatch(/ms {2}\(anonymous\) b\.mjs:2$/m);
});

test('fits one screen whatever there is, in lines no wider than it, and nothing in it is an escape', () => {
  const long = '\u001b[31m'.repeat(40);
  const text = textOf(
    Array.from({ length: 500 }, (_, at) => [
      {
        name: `${long}${at}`,
        kind: 'client',
        attributes: { 'server.address': `host ${at}${long}` },
      },
      { name: 'fails', thrown: ['Error', `${at} ${long}`] as const },
      { name: `waits ${at} ${long}`, status: 'Running' },
    ]).flat(),
  );
  const lines = text.split('\n');
  expect(lines.length).toBeLessThanOrEqual(22);
  expect(Math.max(...lines.map((line) => line.length))).toBe(60);
  expect(text).not.toContain('\u001b');
  expect(text.match(/and 49[57] more/g)).toHaveLength(3);
});

test('colours where they are wanted', () => {
  const text = textOf([], { hasColours: true }, 'ended by SIGINT');
  expect(text).toContain('\u001b[31mnode app.mjs: ended by SIGINT after 1.50 s\u001b[0m');
});

test('a program that tells of no calls has spans all the same', () => {
  expect(textOf([{ name: 'one' }])).toMatch(/^ {2}spans {9}1 span$/m);
});

test('a library that is used and not seen inside is told once, with what helps; one screen is enough', () => {
  const unseen = (...texts: string[]): RunTraceSpan => ({
    ...span(counts(1, 1)),
    attributes: [
      {
        key: 'synton.unseen',
        value: { type: 'array', value: texts.map((value) => ({ type: 'string', value })) },
      },
    ],
  });
  const text = (...told: RunTraceSpan[]) =>
    runSummaryText(HEAD, summaryOf({ spans: [RUN, ...told], isCut: false }, 'run'), SCREEN);
  expect(text(unseen('pg: npm i -D pg-seen'), unseen('pg: npm i -D pg-seen')).at(-1)).toBe(
    '  not seen in   pg: npm i -D pg-seen',
  );
  const spans = Array.from({ length: 9 }, (_, at) => span({ name: `slow ${at}` }));
  expect(text(...spans, unseen('a', 'b', 'c')).slice(-5)).toEqual([
    '  slowest        1.00 ms  slow 0',
    '                 1.00 ms  slow 1',
    '  not seen in   a',
    '                b',
    '                and 1 more',
  ]);
});
