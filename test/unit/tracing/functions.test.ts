/** A traced function is the function, and a span beside it. */
import { trace as otel, SpanStatusCode } from '@opentelemetry/api';
import { describe, expect, test } from 'vitest';
import { trace } from '../../../src/tracing/index.ts';
import { recordSpans } from './recorded-spans.ts';

const spans = recordSpans();

describe('a traced function looks like the function', () => {
  function original(this: { factor: number } | undefined, a: number, b = 2): number {
    return (this?.factor ?? 1) * (a + b);
  }
  original.version = 3;
  const hidden = Symbol('hidden');
  Object.defineProperty(original, hidden, { value: 'there', enumerable: false });
  const traced = trace(original);

  test('name and length', () => {
    expect([traced.name, traced.length]).toEqual(['original', 1]);
    const options = trace({ name: 'elsewhere' }, (_a: number, _b: number) => 0);
    expect(options.length).toBe(2);
    expect(trace(async () => {}).name).toBe('');
  });

  test('own properties, symbols and hidden ones too', () => {
    expect(traced.version).toBe(3);
    expect(Object.getOwnPropertyDescriptor(traced, hidden)).toEqual(
      Object.getOwnPropertyDescriptor(original, hidden),
    );
    expect(Object.keys(traced)).toEqual(Object.keys(original));
  });

  test('its source', () => {
    expect(traced.toString()).toBe(original.toString());
    expect(String(traced)).toContain('this?.factor');
  });

  test('prototype, and none where it has none', () => {
    expect(traced.prototype).toBe(original.prototype);
    expect(
      Object.hasOwn(
        trace({}, async () => {}),
        'constructor',
      ),
    ).toBe(false);
    expect(trace(() => 1).prototype).toBeUndefined();
    expect(Object.getPrototypeOf(trace(async () => {}))).toBe(
      Object.getPrototypeOf(async () => {}),
    );
  });

  test('this and all arguments', () => {
    expect(traced.call({ factor: 10 }, 1)).toBe(30);
    expect(traced.apply(undefined, [1, 5])).toBe(6);
    expect(traced.bind({ factor: 2 })(3)).toBe(10);
    const sees = trace(function (this: unknown) {
      // biome-ignore lint/complexity/noArguments: what it holds is the subject
      return [this, arguments.length, [...arguments]];
    }) as (...args: unknown[]) => unknown[];
    const self = { sees };
    expect(self.sees(1, undefined)).toEqual([self, 2, [1, undefined]]);
    expect(Reflect.apply(sees, undefined, [])).toEqual([undefined, 0, []]);
  });

  test('metadata of reflect-metadata', () => {
    const store = new WeakMap<object, Map<unknown, unknown>>();
    const reflect = {
      getOwnMetadataKeys: (target: object) => [...(store.get(target)?.keys() ?? [])],
      getOwnMetadata: (key: unknown, target: object) => store.get(target)?.get(key),
      defineMetadata: (key: unknown, value: unknown, target: object) => {
        if (!store.has(target)) store.set(target, new Map());
        store.get(target)!.set(key, value);
      },
    };
    Object.assign(Reflect, reflect);
    try {
      const handler = () => 1;
      reflect.defineMetadata('path', '/orders', handler);
      expect(reflect.getOwnMetadata('path', trace(handler))).toBe('/orders');
    } finally {
      for (const key of Object.keys(reflect)) Reflect.deleteProperty(Reflect, key);
    }
  });
});

describe('called with new', () => {
  function Point(this: { x: number; target: unknown }, x: number) {
    this.x = x;
    this.target = new.target;
  }
  Point.prototype.double = function (this: { x: number }) {
    return this.x * 2;
  };
  const Traced = trace(Point) as unknown as new (x: number) => { x: number; target: unknown };

  test('a constructor function constructs', () => {
    const point = new Traced(4);
    expect(point).toBeInstanceOf(Point);
    expect(point).toBeInstanceOf(Traced);
    expect((point as unknown as { double(): number }).double()).toBe(8);
    expect(point.target).toBe(Point);
    expect(spans.only('Point').status.code).toBe(SpanStatusCode.UNSET);
  });

  test('a class constructs, and can be extended', () => {
    class Shape {
      static made = 'by hand';
      readonly sides: number;
      constructor(sides: number) {
        this.sides = sides;
      }
    }
    const TracedShape = trace('shape', Shape);
    class Square extends TracedShape {
      constructor() {
        super(4);
      }
    }
    const square = new Square();
    expect(square).toBeInstanceOf(Square);
    expect(square).toBeInstanceOf(Shape);
    expect([square.sides, TracedShape.made]).toEqual([4, 'by hand']);
    expect(spans.only('shape').attributes).toEqual({ 'code.function.name': 'Shape' });
    expect(() => (TracedShape as unknown as () => void)()).toThrow(TypeError);
  });

  test('what cannot construct refuses', () => {
    const arrow = trace(() => 1) as unknown as new () => unknown;
    expect(() => new arrow()).toThrow(/not a constructor/);
  });
});

describe('its span', () => {
  test('is named for the function, and is told otherwise', () => {
    trace(function first() {})();
    trace('second', () => {})();
    trace({ name: 'third', kind: 'DatabaseQuery', attributes: { rows: 3 } }, function query() {})();
    trace(() => {})();
    expect(spans.ended().map(({ name, attributes }) => [name, attributes])).toEqual([
      ['first', { 'code.function.name': 'first' }],
      ['second', {}],
      ['third', { 'code.function.name': 'query', 'synton.kind': 'DatabaseQuery', rows: 3 }],
      ['(anonymous)', {}],
    ]);
  });

  test('is the parent of what runs within', () => {
    const inner = trace(function inner() {
      return otel.getActiveSpan()?.spanContext().spanId;
    });
    const outer = trace(function outer() {
      return inner();
    });
    const id = outer();
    expect(spans.only('inner').spanContext().spanId).toBe(id);
    expect(spans.parents()).toEqual({ inner: 'outer', outer: undefined });
    expect(otel.getActiveSpan()).toBeUndefined();
  });

  test('of a recursion: one for each call', () => {
    const factorial: (n: number) => number = trace('factorial', (n: number): number =>
      n < 2 ? 1 : n * factorial(n - 1),
    );
    expect(factorial(5)).toBe(120);
    const ended = spans.ended();
    expect(ended.length).toBe(5);
    for (const [at, span] of ended.slice(0, -1).entries()) {
      expect(span.parentSpanContext?.spanId).toBe(ended[at + 1]!.spanContext().spanId);
    }
  });

  test('ends with the call, and is active still in a callback after it', async () => {
    const later = trace(function later(callback: (id: string | undefined) => void) {
      setImmediate(() => callback(otel.getActiveSpan()?.spanContext().spanId));
    });
    const called = new Promise<string | undefined>((resolve) => later(resolve));
    expect(spans.only('later').ended).toBe(true);
    expect(await called).toBe(spans.only('later').spanContext().spanId);
  });

  test('of a function called in the context of a span that has ended is its child', async () => {
    const child = trace(function child() {
      return 'done';
    });
    const parent = trace(function parent(callback: (result: string) => void) {
      setImmediate(() => callback(child()));
    });
    expect(await new Promise((resolve) => parent(resolve))).toBe('done');
    expect(spans.parents()).toEqual({ parent: undefined, child: 'parent' });
  });
});

describe('what is thrown', () => {
  const thrown: readonly (readonly [string, unknown, string | undefined])[] = [
    ['an error', new TypeError('no such order'), 'no such order'],
    ['a frozen error', Object.freeze(new Error('cold')), 'cold'],
    ['a string', 'just words', 'just words'],
    ['a number', 42, '42'],
    ['null', null, 'null'],
    ['undefined', undefined, 'undefined'],
    ['a symbol', Symbol('odd'), 'Symbol(odd)'],
    ['an object', { message: 'plain', code: 7 }, 'plain'],
    ['an object without a prototype', Object.create(null), '[object Object]'],
    ['a proxy', new Proxy({}, { get: () => fail() }), 'a proxy was thrown'],
  ];
  function fail(): never {
    throw new Error('a trap ran');
  }

  test.each(thrown)('%s comes out as it is, and fails the span', (_what, value, message) => {
    const throws = trace(function throws() {
      throw value;
    });
    let caught: unknown = 'nothing';
    try {
      throws();
    } catch (error) {
      caught = error;
    }
    expect(Object.is(caught, value)).toBe(true);
    const span = spans.only('throws');
    expect(span.status).toEqual({ code: SpanStatusCode.ERROR, message });
    expect(span.events.map(({ name }) => name)).toEqual(['exception']);
  });

  test('an error whose message throws is still the one that comes out', () => {
    const error = new Error('x');
    Object.defineProperty(error, 'message', { get: fail });
    const throws = trace(function throws() {
      throw error;
    });
    expect(throws).toThrow(error);
    expect(spans.only('throws').ended).toBe(true);
  });

  test('a stack that overflows does so', () => {
    const endless: () => never = trace('endless', (): never => endless());
    expect(endless).toThrow(RangeError);
    expect(spans.ended().length).toBeGreaterThan(10);
    expect(trace(() => 'still fine')()).toBe('still fine');
  });
});

test('what is neither a function nor options is refused when it is given', () => {
  expect(() => trace(42 as never)).toThrow('expected a function, options or a name');
});
