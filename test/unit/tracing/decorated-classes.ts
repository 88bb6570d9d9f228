/**
 * Classes with `@trace` on what both kinds of decorators can decorate. Compiled by the test with each kind,
 * as neither Node nor the test runner reads decorators.
 */
import type { trace as Trace } from '../../../src/tracing/index.ts';

export function commonClasses(trace: typeof Trace) {
  class Shop {
    static opened = 0;
    readonly name: string;

    constructor(name: string) {
      this.name = name;
    }

    @trace
    order(count: number, of = 'apples'): string {
      return `${this.name}: ${count} ${of}`;
    }

    @trace({ name: 'look up', kind: 'DatabaseQuery', attributes: { table: 'prices' } })
    async price(): Promise<number> {
      return 3;
    }

    @trace('counted')
    *count(to: number): Generator<number, void, unknown> {
      for (let i = 0; i < to; i++) yield i;
    }

    @trace()
    fail(): never {
      throw new Error('closed');
    }

    @trace
    static open(): number {
      // biome-ignore lint/complexity/noThisInStatic: what this is here is the subject
      return ++this.opened;
    }

    @trace
    ['with a computed name'](): string {
      return this.name;
    }
  }

  class Bakery extends Shop {
    override order(count: number): string {
      return `${super.order(count, 'loaves')}!`;
    }
  }

  return { Shop, Bakery };
}
