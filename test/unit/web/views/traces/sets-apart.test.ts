/** What traces of a rectangle have in common that the others do not. */
import { expect, test } from 'vitest';
import type { TraceSummary } from '../../../../../src/web/data/wire.ts';
import { setsApart } from '../../../../../src/web/views/traces/scatter/sets-apart.ts';

/** `name service+service` */
const trace = (told: string) => {
  const [name, services] = told.split(' ') as [string, string];
  return {
    root: { name, service: 'web' },
    services: services.split('+'),
  } as Partial<TraceSummary> as TraceSummary;
};
const times = (count: number, told: string) => Array.from({ length: count }, () => trace(told));
const apart = (inside: readonly TraceSummary[], outside: readonly TraceSummary[]) =>
  setsApart(inside, [...inside, ...outside]);

test('an operation that is most of those inside, and few outside', () => {
  const inside = [...times(4, 'order web+stock'), trace('cart web')];
  const outside = [...times(2, 'order web+stock'), ...times(20, 'cart web')];
  expect(apart(inside, outside)).toEqual({ of: 'operation', name: 'order', inside: 4, among: 6 });
});

test('a service that takes part, where operations differ', () => {
  const inside = ['a web+mail', 'b web+mail', 'c web+mail', 'd web+mail'].map(trace);
  const outside = ['a web', 'b web', 'c web', 'd web'].flatMap((told) => times(5, told));
  expect(apart(inside, outside)).toEqual({ of: 'service', name: 'mail', inside: 4, among: 4 });
});

test('nothing where all are much the same, where they are few, and where there are no others', () => {
  expect(apart(times(9, 'a web'), times(20, 'a web'))).toBe(undefined);
  expect(apart(times(2, 'a web'), times(20, 'b db'))).toBe(undefined);
  expect(apart(times(9, 'a web'), [])).toBe(undefined);
  expect(apart([], times(9, 'a web'))).toBe(undefined);
});

test('names are names, whatever they are', () => {
  expect(apart(times(3, '__proto__ web'), times(9, 'o web'))?.name).toBe('__proto__');
});
