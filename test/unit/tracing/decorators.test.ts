/** `@trace` on members of classes, compiled with decorators of the standard and with TypeScript's older ones. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SpanStatusCode } from '@opentelemetry/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { trace } from '../../../src/tracing/index.ts';
import type { commonClasses } from './decorated-classes.ts';
import { recordSpans } from './recorded-spans.ts';
import type { refusedClasses, standardClasses } from './standard-classes.ts';

const spans = recordSpans();
const TSC = join(import.meta.dirname, '../../../node_modules/typescript/bin/tsc');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'synton-decorators-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function tsc(file: string, options: readonly string[]): string {
  const path = join(import.meta.dirname, `${file}.ts`);
  const always = ['--ignoreConfig', '--target', 'es2022', '--types', 'node'];
  return execFileSync(process.execPath, [TSC, path, ...always, ...options], { encoding: 'utf8' });
}

async function compiled<Exports>(file: string, kind: 'standard' | 'legacy'): Promise<Exports> {
  const outDir = join(folder, kind);
  const legacy = kind === 'legacy' ? ['--experimentalDecorators'] : [];
  tsc(file, ['--module', 'esnext', '--noResolve', '--noCheck', '--outDir', outDir, ...legacy]);
  return import(/* @vite-ignore */ pathToFileURL(join(outDir, `${file}.js`)).href);
}

describe.each(['standard', 'legacy'] as const)('a decorator of the %s kind', (kind) => {
  let Shop: ReturnType<typeof commonClasses>['Shop'];
  let Bakery: ReturnType<typeof commonClasses>['Bakery'];
  beforeAll(async () => {
    type Exports = { commonClasses: typeof commonClasses };
    ({ Shop, Bakery } = (await compiled<Exports>('decorated-classes', kind)).commonClasses(trace));
  });

  test('traces a method under the name of its class', () => {
    expect(new Shop('corner').order(2)).toBe('corner: 2 apples');
    expect(new Shop('corner').order(3, 'pears')).toBe('corner: 3 pears');
    expect(spans.ended().map(({ name }) => name)).toEqual(['Shop#order', 'Shop#order']);
    expect(spans.ended()[0]!.attributes).toEqual({ 'code.function.name': 'Shop#order' });
  });

  test('names the class that has the method, not the one that inherits it', () => {
    expect(new Bakery('corner').order(2)).toBe('corner: 2 loaves!');
    expect(spans.only('Shop#order').ended).toBe(true);
  });

  test('traces a static method, with the class as this', () => {
    expect(Shop.open()).toBe(1);
    expect([Shop.opened, spans.only('Shop.open').ended]).toEqual([1, true]);
  });

  test('takes options, a name, or nothing', async () => {
    const shop = new Shop('corner');
    expect(await shop.price()).toBe(3);
    expect([...shop.count(3)]).toEqual([0, 1, 2]);
    expect(() => shop.fail()).toThrow('closed');
    expect(spans.ended().map(({ name }) => name)).toEqual(['look up', 'counted', 'Shop#fail']);
    expect(spans.only('look up').attributes).toEqual({
      'code.function.name': 'Shop#price',
      'synton.kind': 'DatabaseQuery',
      'synton.async': true,
      table: 'prices',
    });
    expect(spans.only('Shop#fail').status.code).toBe(SpanStatusCode.ERROR);
  });

  test('leaves the method what it was', () => {
    const descriptor = Object.getOwnPropertyDescriptor(Shop.prototype, 'order')!;
    expect(descriptor).toMatchObject({ enumerable: false, writable: true, configurable: true });
    expect([descriptor.value.name, descriptor.value.length]).toEqual(['order', 1]);
    expect(new Shop('odd')['with a computed name']()).toBe('odd');
    expect(spans.only('Shop#with a computed name').ended).toBe(true);
  });
});

describe('a decorator of the standard', () => {
  type Exports = {
    standardClasses: typeof standardClasses;
    refusedClasses: typeof refusedClasses;
  };

  test('traces private methods and fields that hold functions', async () => {
    const { standardClasses: classes } = await compiled<Exports>('standard-classes', 'standard');
    const Account = classes(trace);
    const account = new Account();
    expect(account.deposit(4)).toBe(5);
    expect(await account.close()).toBe('closed with 5');
    expect(Account.known()).toBe('static field');
    expect(spans.parents()).toMatchObject({
      'Account##add': 'Account#deposit',
      'Account#deposit': undefined,
      'Account.#known': undefined,
      'close it': undefined,
    });
  });

  test('refuses what it cannot trace', async () => {
    const { refusedClasses: refused } = await compiled<Exports>('standard-classes', 'standard');
    const messages = refused(trace).map((define) => {
      try {
        return define();
      } catch (error) {
        return (error as TypeError).message;
      }
    });
    expect(messages).toEqual([
      '@trace: size is a getter; methods and fields with a function can be traced',
      '@trace: Whole is a class; methods and fields with a function can be traced',
      '@trace: the field size does not hold a function',
    ]);
  });
});

describe('TypeScript', () => {
  test('takes each decorator of the older kind', () => {
    const options = ['--strict', '--noEmit', '--skipLibCheck', '--allowImportingTsExtensions'];
    const modules = ['--module', 'nodenext', '--lib', 'es2024', '--experimentalDecorators'];
    expect(tsc('decorated-classes', [...options, ...modules])).toBe('');
  });

  test('of the older kind: a field and a getter are refused when the class is defined', () => {
    const legacy = trace as unknown as (...member: unknown[]) => unknown;
    class Empty {}
    expect(() => legacy(Empty.prototype, 'size', undefined)).toThrow(/size is not a method/);
    expect(() => legacy(Empty.prototype, 'size', { get: () => 1 })).toThrow(/is not a method/);
  });
});
