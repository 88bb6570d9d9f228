/** What of arguments and results is kept when a program asks for it: bounded, without secrets, running nothing. */
import { describe, expect, test } from 'vitest';
import { BYTES_MAX, captured, capturedError } from '../../../src/tracing/capture.ts';
import { trace } from '../../../src/tracing/index.ts';
import { recordSpans } from './recorded-spans.ts';

const spans = recordSpans();
const of = (value: unknown): unknown => JSON.parse(captured(value)!);

function trap(): never {
  throw new Error('something of the program ran');
}

describe('arguments and results', () => {
  test('are not kept unless asked for', () => {
    trace('plain', (a: number) => a)(1);
    expect(Object.keys(spans.only('plain').attributes)).toEqual([]);
  });

  test('are kept as attributes: of a call, a promise, a generator', async () => {
    const options = { captureArguments: true, captureReturn: true };
    trace({ ...options, name: 'adds' }, (a: number, b: number) => a + b)(1, 2);
    const waits = async (who: object) => who;
    await trace({ ...options, name: 'waits' }, waits)({ a: { b: { c: 1 } } });
    Array.from(
      trace({ ...options, name: 'steps' }, function* () {
        yield 1;
        return 'last';
      })(),
    );
    const kept = (name: string) => {
      const { attributes } = spans.only(name);
      return [attributes['synton.args'], attributes['synton.return']];
    };
    expect(kept('adds')).toEqual(['[1,2]', '3']);
    expect(kept('waits')).toEqual(['[{"a":{"b":"[Object]"}}]', '{"a":{"b":"[Object]"}}']);
    expect(kept('steps')).toEqual(['[]', '"last"']);
  });

  test('of a call that fails, or returns nothing: there is no result', () => {
    const options = { captureReturn: true };
    expect(() => trace({ ...options, name: 'throws' }, trap)()).toThrow();
    trace({ ...options, name: 'silent' }, () => undefined)();
    expect(spans.only('throws').attributes['synton.return']).toBeUndefined();
    expect(spans.only('silent').attributes['synton.return']).toBeUndefined();
  });
});

describe('a value', () => {
  test.each([
    ['text', 'text'],
    [3.5, 3.5],
    [Number.NaN, 'NaN'],
    [10n, '10n'],
    [true, true],
    [null, null],
    [Symbol('s'), 'Symbol(s)'],
    [function named() {}, '[Function named]'],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [new Date(Number.NaN), '[invalid date]'],
    [new Uint8Array(12), '[12 bytes]'],
    [new TypeError('odd'), '[Error: odd]'],
    [Promise.resolve(), '[Promise]'],
    [/a/, '[RegExp]'],
    [new ArrayBuffer(7), '[7 bytes]'],
    [new SharedArrayBuffer(8), '[8 bytes]'],
    [Object('text'), '[boxed]'],
    [10n ** 100n, '[bigint]'],
    [(function* () {})(), '[Generator]'],
    [new Map([[{}, 1]]), { '[Object]': 1 }],
    [
      new Map<unknown, unknown>([
        ['a', 1],
        [2, { b: 3 }],
      ]),
      { a: 1, 2: { b: 3 } },
    ],
    [new Set([1, [2]]), [1, [2]]],
    [Object.assign(Array(3), { 0: 1, 2: undefined }), [1, null, '[undefined]']],
    [{ __proto__: null, a: 1 }, { a: 1 }],
    [
      new (class Order {
        total = 2;
      })(),
      { total: 2 },
    ],
  ])('%o', (value, expected) => {
    expect(of(value)).toEqual(expected);
  });

  test('goes two levels down', () => {
    expect(of({ a: { b: { c: 1 } }, d: [[[1]]] })).toEqual({
      a: { b: '[Object]' },
      d: ['[Array 1]'],
    });
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    expect(of(loop)).toEqual({ self: { self: '[Object]' } });
  });

  test('has at most 16 entries of each kind, and texts of 256 characters', () => {
    expect((of(Array(100).fill(0)) as unknown[]).at(-1)).toBe('… 84 more');
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`k${i}`, i]));
    expect(of(many)).toMatchObject({ k15: 15, '…': '4 more' });
    expect(of(new Map(Object.entries(many)))).toMatchObject({ '…': '4 more' });
    expect((of(new Set(Object.values(many))) as unknown[]).at(-1)).toBe('… 4 more');
    expect(of('x'.repeat(300))).toBe(`${'x'.repeat(256)}…`);
  });

  test.each(['x', 'é', '€', '😀'])(
    'has at most 1 KiB, of %s too, cut between characters',
    (char) => {
      const text = captured(Array.from({ length: 16 }, () => char.repeat(120)))!;
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(BYTES_MAX);
      expect(Buffer.byteLength(text)).toBeGreaterThan(BYTES_MAX - 8);
      expect(text.endsWith('…')).toBe(true);
      expect(text).not.toContain('\ufffd');
    },
  );

  test('runs nothing of the program', () => {
    class Sneaky extends Map<string, string> {
      override forEach = trap;
      override entries = trap;
      override get size(): number {
        return trap();
      }
    }
    const traps = new Proxy({}, { get: () => trap });
    const values = {
      get getter() {
        return trap();
      },
      proxy: new Proxy({}, traps),
      toJSON: trap,
      map: new Sneaky([['a', 'b']]),
      [Symbol.toPrimitive]: trap,
    };
    expect(of(values)).toEqual({
      getter: '[getter]',
      proxy: '[Proxy]',
      toJSON: '[Function trap]',
      map: { a: 'b' },
    });
    const index: unknown[] = [];
    Object.defineProperty(index, 0, { get: trap, enumerable: true });
    expect(of(index)).toEqual(['[getter]']);
  });

  test('asks nobody for a toJSON, though all objects and lists have one', () => {
    for (const prototype of [Object.prototype, Array.prototype]) {
      Object.defineProperty(prototype, 'toJSON', { configurable: true, value: trap });
      try {
        expect(captured([{ a: 1 }, [2]])).toBe('[{"a":1},[2]]');
      } finally {
        delete (prototype as { toJSON?: unknown }).toJSON;
      }
    }
  });

  test('is not captured from within a capture', () => {
    const { isArray } = Array;
    const inner: unknown[] = [];
    Array.isArray = (value): value is unknown[] => {
      inner.push(captured({ again: 1 }));
      return isArray(value);
    };
    try {
      expect(captured([1])).toBe('[1]');
    } finally {
      Array.isArray = isArray;
    }
    expect(inner).toEqual([undefined]);
    expect(captured([2])).toBe('[2]');
  });
});

describe('secrets', () => {
  test.each([
    ['password', 'PASSWORD', 'userPassword', 'pwd', 'passphrase', 'client_secret'],
    ['token', 'accessToken', 'refresh-token', 'authorization', 'Cookie', 'set-cookie'],
    ['apiKey', 'api_key', 'x-api-key', 'privateKey', 'credentials', 'sessionId', 'cvv'],
  ])('are hidden by the name of a field: %s, %s, %s, …', (...names) => {
    for (const name of names) expect(of({ [name]: 'hush' })).toEqual({ [name]: '[redacted]' });
    for (const name of names) {
      expect(of(new Map([[name, 'hush']]))).toEqual({ [name]: '[redacted]' });
    }
  });

  test('are not the counts of tokens, nor names that only sound alike', () => {
    const usage = { input_tokens: 12, maxTokens: 5, token_count: 3, completionTokens: 8 };
    expect(of(usage)).toEqual(usage);
    const details = { prompt_tokens_details: { cached_tokens: 3, token: 'hush' } };
    expect(of(details)).toEqual({
      prompt_tokens_details: { cached_tokens: 3, token: '[redacted]' },
    });
    const plain = { author: 'me', compass: 'north', keyboard: 'us', tokenizer_name: 1 };
    expect(of({ author: plain.author, compass: plain.compass, keyboard: plain.keyboard })).toEqual({
      author: 'me',
      compass: 'north',
      keyboard: 'us',
    });
    expect(of({ tokens: ['abc'], token: 123456 })).toEqual({
      tokens: '[redacted]',
      token: '[redacted]',
    });
  });

  test.each([
    ['Bearer abcdef0123456789', 'Bearer [redacted]'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig-nature', '[redacted]'],
    ['postgres://me:hush@db.example/shop', 'postgres://[redacted]@db.example/shop'],
    [
      'https://x.example/?q=1&access_token=abc&p=2',
      'https://x.example/?q=1&access_token=[redacted]&p=2',
    ],
    ['sk-abcdefghijklmnop1234', '[redacted]'],
    ['AKIAABCDEFGHIJKLMNOP', '[redacted]'],
    ['-----BEGIN RSA PRIVATE KEY-----\nabc', '[redacted]'],
    ['{"password":"hush","a":1}', '{"password":"[redacted]","a":1}'],
    ['a plain sentence about tokens', 'a plain sentence about tokens'],
  ])('are hidden by their looks: %s', (text, expected) => {
    expect(of(text)).toBe(expected);
  });

  test('are known by what comes after the cut', () => {
    const text = `${'x'.repeat(230)} https://someone:${'hush'.repeat(10)}@db.example/`;
    expect(of(text)).not.toContain('hush');
  });
});

describe('what an error has of its own', () => {
  test('is told: its cause too, secrets not, and no getter runs', () => {
    const error = Object.assign(new Error('message', { cause: new RangeError('why') }), {
      code: 'E_CARD',
      request: { url: '/pay', headers: { authorization: 'hush' } },
    });
    Object.defineProperty(error, 'context', { enumerable: true, get: trap });
    expect(JSON.parse(capturedError(error)!)).toEqual({
      cause: '[Error: why]',
      code: 'E_CARD',
      request: { url: '/pay', headers: { authorization: '[redacted]' } },
      context: '[getter]',
    });
    expect(capturedError({ code: 5, message: 'of no class' })).toBe('{"code":5}');
  });

  test.each([new Error('plain'), 'text', null, undefined, new Proxy({ a: 1 }, { ownKeys: trap })])(
    'is nothing: %#',
    (error) => expect(capturedError(error)).toBeUndefined(),
  );
});
