/** Arguments, results and errors of whole programs: kept where asked for, without a trace in the program. */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type SeenSpan, WatchedPrograms } from './watched-program.ts';

const programs = new WatchedPrograms();
beforeAll(() => programs.open());
afterAll(() => programs.close());
afterEach(() => programs.takeSpans());

/** No thenable is meant. */
const THEN = 'then';
const ALL = { SYNTON_CAPTURE: 'all' };

/** The spans of a program that runs as it does without us. */
async function spansOf(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = ALL,
): Promise<SeenSpan[]> {
  programs.write(files);
  const entry = Object.keys(files)[0]!;
  const plain = await programs.plain(entry);
  const watched = await programs.watched(entry, env);
  expect(watched).toEqual(plain);
  expect(plain.code).toBe(0);
  return programs.takeSpans();
}

const kept = (spans: readonly SeenSpan[], name: string, key: string) => {
  const text = spans.find((span) => span.name === name)!.attributes[`synton.${key}`];
  return text === undefined ? undefined : JSON.parse(String(text));
};

describe('the arguments of a call', () => {
  const FORMS: readonly [string, string, unknown][] = [
    ['a function', `f(1, 'two', null); function f(a, b, c, d) {}`, { a: 1, b: 'two', c: null }],
    ['an arrow function', `const f = (a, b) => a + b; f(1, 2)`, { a: 1, b: 2 }],
    ['an arrow function of one', `const f = a => a; f([1])`, { a: [1] }],
    [
      'defaults',
      `f(1); function f(a, b = a + 1, c = () => b) {}`,
      { a: 1, b: 2, c: '[Function c]' },
    ],
    [
      'patterns',
      `f({ id: 5, user: { name: 'n', password: 'hush' }, x: 1 }, [1, 2, 3]); function f({ id, user: { name, ...rest }, none = 7, ...others }, [first, , ...last]) {}`,
      {
        ...{ id: 5, name: 'n', rest: { password: '[redacted]' }, none: 7, others: { x: 1 } },
        ...{ first: 1, last: [3] },
      },
    ],
    ['rest', `f(1, 2, 3); function f(a, ...more) {}`, { a: 1, more: [2, 3] }],
    [
      'its own arguments, which are the parameters too',
      `f(1, 2, { c: 3 }); function f(a) { a = 9; arguments[0] = 8; (() => arguments[1] = 7)() }`,
      { a: 1, arguments: [2, { c: 3 }] },
    ],
    [
      'its own arguments, with a secret among those that have names',
      `f('me', 'hush'); function f(user, password) { return arguments.length }`,
      { user: 'me', password: '[redacted]' },
    ],
    [
      'a parameter named arguments',
      `f({ 0: 'a' }); function f(arguments) {}`,
      { arguments: { 0: 'a' } },
    ],
    ['one name twice', `f(1, 2); function f(a, a) {}`, { a: 2 }],
    [
      'strict mode',
      `f(1, 2); function f(a) { 'use strict'; a = 3; return arguments }`,
      { a: 1, arguments: [2] },
    ],
    ['a generator', `[...f({ a: 1 })]; function* f(o) { o.a = 2; yield o }`, { o: { a: 1 } }],
    [
      'an async function',
      `f({ a: 1 }); async function f(o) { o.a = 2; await o; o.a = 3 }`,
      { o: { a: 1 } },
    ],
    ['a variable of its name', `f(1); function f(a) { var a = 2; return a }`, { a: 1 }],
  ];
  test('are kept by name, whatever its form', async () => {
    const files = Object.fromEntries(
      FORMS.map(([, source], at) => [`form-${at}.cjs`, `${source}\nconsole.log(f.length, f.name)`]),
    );
    const entry = Object.keys(files).map((name) => `require('./${name}');`);
    const spans = await spansOf({ 'forms.cjs': entry.join('\n'), ...files });
    const found = FORMS.map(([form], at) => {
      const own = spans.filter(({ attributes }) =>
        String(attributes['code.file.path']).endsWith(`/form-${at}.cjs`),
      );
      return [form, kept(own, 'f', 'args')];
    });
    expect(found).toEqual(FORMS.map(([form, , expected]) => [form, expected]));
  });

  test('of constructors, methods and setters', async () => {
    const spans = await spansOf({
      'class.mjs': `class A { constructor(a) { this.a = a } }
class B extends A { constructor(a, b) { super(a + 1); this.b = b } set x(v) { this.b = v } static make(n) { return new B(n, 'b') } }
const b = B.make(1); b.x = { y: 1 }; console.log(b, B.length, A.length)`,
    });
    expect(kept(spans, 'A#constructor', 'args')).toEqual({ a: 2 });
    expect(kept(spans, 'B#constructor', 'args')).toEqual({ a: 1, b: 'b' });
    expect(kept(spans, 'B#set x', 'args')).toEqual({ v: { y: 1 } });
    expect(kept(spans, 'B.make', 'return')).toEqual({ a: 2, b: 'b' });
  });

  test('are those of its beginning, also where it becomes a span only later', async () => {
    const spans = await spansOf(
      {
        'late.mjs': `const seen = [];
async function slow(o, text) { seen.push(o); o.list.push('later'); o.state = 'changed'; text = 'other'; await new Promise((done) => setTimeout(done, 30)); return o }
function quick(o) { o.a = 2 }
quick({ a: 1 });
console.log((await slow({ list: ['first'], state: 'new' }, 'text')).state)`,
      },
      { ...ALL, SYNTON_FIRST_CALLS: '0' },
    );
    expect(spans.map(({ name }) => name).sort()).toEqual(['slow', 'synton.calls']);
    expect(kept(spans, 'slow', 'args')).toEqual({
      o: { list: ['first'], state: 'new' },
      text: 'text',
    });
    expect(kept(spans, 'slow', 'return')).toEqual({ list: ['first', 'later'], state: 'changed' });
  });
});

test('what a call returns: of promises what they come to, of generators the last', async () => {
  const spans = await spansOf({
    'returns.mjs': `const value = () => ({ total: 3 }), nothing = () => {};
const later = async () => { await 0; return { total: 4 } }, handed = async () => later(), promised = () => later();
function* steps() { yield 1; return 'last' }
async function* lateSteps() { yield 1; return 'late' }
async function fails() { throw new Error('no') }
value(); nothing(); [...steps()]; console.log(await handed(), await promised(), value.length);
for await (const step of lateSteps()) console.log(step);
await fails().catch(() => {})`,
  });
  const returned = (name: string) => kept(spans, name, 'return');
  expect(returned('value')).toEqual({ total: 3 });
  expect(returned('nothing')).toBeUndefined();
  expect(returned('later')).toEqual({ total: 4 });
  expect(returned('handed')).toEqual({ total: 4 });
  expect(returned('promised')).toBe('[Promise]');
  expect(returned('steps')).toBe('last');
  expect(returned('lateSteps')).toBe('late');
  expect(returned('fails')).toBeUndefined();
});

test('what an error has of its own is told with it', async () => {
  const spans = await spansOf({
    'errors.mjs': `class CardError extends Error { constructor(message, fields) { super(message); Object.assign(this, fields) } }
function charge() { throw new CardError('declined', { code: 'E_CARD', attempt: 2, request: { authorization: 'Bearer abcdefgh', url: 'https://me:hush@bank.example/' }, cause: new TypeError('why') }) }
async function later() { await 0; charge() }
try { charge() } catch (error) { console.log(error.code) }
await later().catch((error) => console.log(Object.keys(error)))`,
  });
  const expected = {
    code: 'E_CARD',
    attempt: 2,
    request: { authorization: '[redacted]', url: 'https://[redacted]@bank.example/' },
    cause: '[Error: why]',
  };
  for (const name of ['charge', 'later']) {
    const { events } = spans.find((span) => span.name === name)!;
    expect(events[0]!.attributes).toMatchObject({ 'exception.type': 'E_CARD' });
    expect(JSON.parse(String(events[0]!.attributes['synton.error']))).toEqual(expected);
  }
});

test('nothing of the program runs for it, and nothing is too large', async () => {
  const spans = await spansOf({
    'traps.mjs': `let count = 0;
const counts = () => { count++ };
const handler = new Proxy({}, { get: (_, trap) => (...args) => { counts(); return Reflect[trap](...args) } });
class Money { constructor() { this.amount = 5 } toJSON() { counts(); return 'json' } toString() { counts(); return 'text' } valueOf() { counts(); return 1 } get [Symbol.toStringTag]() { counts(); return 'Tag' } [Symbol.for('nodejs.util.inspect.custom')]() { counts(); return 'inspected' } }
class Listed extends Array { get length2() { counts(); return 1 } *[Symbol.iterator]() { counts(); yield 1 } }
class Mapped extends Map { get size() { counts(); return 0 } forEach() { counts() } entries() { counts() } *[Symbol.iterator]() { counts() } }
const cyclic = { name: 'loop' }; cyclic.self = cyclic; cyclic.list = [cyclic];
const values = {
  throwing: { get boom() { counts(); throw new Error('boom') } },
  proxied: new Proxy({ secret: 1 }, handler), callable: new Proxy(function () {}, handler),
  below: Object.create(new Proxy({}, handler), { own: { value: 1, enumerable: true } }),
  thenable: { get then() { counts() } },
  money: new Money(), listed: Listed.from([1, 2]), mapped: new Mapped([['a', 1]]), cyclic,
  text: 'x'.repeat(10_000_000), bytes: new Uint8Array(10_000_000), many: new Array(1_000_000).fill(0),
};
count = 0;
function take(value) { return value }
for (const value of Object.values(values)) take(value);
function throws(value) { throw value }
for (const value of Object.values(values)) try { throws(value) } catch {}
console.log(count)`,
  });
  const takes = spans.filter(({ name }) => name === 'take');
  const texts = takes.map(({ attributes }) => String(attributes['synton.args']));
  expect(texts.map((text) => JSON.parse(text).value)).toEqual([
    { boom: '[getter]' },
    '[Proxy]',
    '[Proxy]',
    { own: 1 },
    { [THEN]: '[getter]' },
    { amount: 5 },
    [1, 2],
    { a: 1 },
    {
      name: 'loop',
      self: { name: 'loop', self: '[Object]', list: '[Array 1]' },
      list: ['[Object]'],
    },
    `${'x'.repeat(256)}…`,
    '[10000000 bytes]',
    [...Array(16).fill(0), '… 999984 more'],
  ]);
  for (const { attributes } of takes) {
    expect(attributes['synton.args']).toBe(`{"value":${attributes['synton.return']}}`);
  }
  expect(spans.filter(({ name }) => name === 'throws')).toHaveLength(12);
});

test('secrets do not leave the process, by name or by their looks; counts of tokens do', async () => {
  programs.write({
    'secrets.mjs': `function login(user, password, options) {}
function send(url, headers) { return { status: 200, apiKey: 'hush-4' } }
login('me', 'hush-1', { accessToken: 'hush-2', max_tokens: 5 });
send('https://x.example/?api_key=hush-3&q=1', new Map([['Cookie', 'hush-5']]));
function usage(prompt_tokens, details) {}
usage(12, { completion_tokens: 8, prompt_tokens_details: { cached_tokens: 3 } })`,
  });
  await programs.watched('secrets.mjs', ALL);
  const spans = programs.takeSpans();
  expect(JSON.stringify(spans)).not.toContain('hush');
  expect(kept(spans, 'login', 'args')).toEqual({
    user: 'me',
    password: '[redacted]',
    options: { accessToken: '[redacted]', max_tokens: 5 },
  });
  expect(kept(spans, 'usage', 'args')).toEqual({
    prompt_tokens: 12,
    details: { completion_tokens: 8, prompt_tokens_details: { cached_tokens: 3 } },
  });
});

test('only what is asked for is kept, with one folder of rewritten modules', async () => {
  const files = {
    'some.mjs': `function some(a) { return a + 1 }\nsome(1); console.log(some.toString().includes('.args('));
function fails() { throw Object.assign(new Error('no'), { code: 5 }) }\ntry { fails() } catch {}`,
  };
  programs.write(files);
  const env = { SYNTON_CACHE: join(programs.folder, 'one-cache') };
  const seen = async (capture: string) => {
    const { stdout, stderr } = await programs.watched('some.mjs', {
      ...env,
      SYNTON_CAPTURE: capture,
    });
    const spans = programs.takeSpans();
    const [{ attributes }] = spans.find(({ name }) => name === 'fails')!.events as [SeenSpan];
    const error = attributes['synton.error'];
    return [
      stdout.trim(),
      kept(spans, 'some', 'args'),
      kept(spans, 'some', 'return'),
      error,
      stderr,
    ];
  };
  expect(await seen('')).toEqual(['false', undefined, undefined, undefined, '']);
  expect(await seen('args')).toEqual(['true', { a: 1 }, undefined, undefined, '']);
  expect(await seen(' Return , errors')).toEqual(['false', undefined, 2, '{"code":5}', '']);
  expect(await seen('off')).toEqual(['false', undefined, undefined, undefined, '']);
  const [, , , , stderr] = await seen('args,everything');
  expect(stderr).toMatch(/^synton: SYNTON_CAPTURE: expected args, return and errors[^\n]*\n$/);
});
