/** Classes with `@trace` on what only decorators of the standard can decorate. Compiled by the test. */
import type { trace as Trace } from '../../../src/tracing/index.ts';

export function standardClasses(trace: typeof Trace) {
  class Account {
    #balance = 1;

    @trace
    #add(amount: number): number {
      this.#balance += amount;
      return this.#balance;
    }

    @trace
    static #known = () => 'static field';

    @trace
    deposit = (amount: number): number => this.#add(amount);

    @trace({ name: 'close it' })
    close = async (): Promise<string> => {
      await null;
      return `closed with ${this.#balance}`;
    };

    static known(): string {
      return Account.#known();
    }
  }
  return Account;
}

/** What it throws when the class is defined. */
export function refusedClasses(trace: typeof Trace): readonly (() => unknown)[] {
  const any = trace as unknown as (...args: unknown[]) => never;
  return [
    () => {
      class WithGetter {
        @any
        get size(): number {
          return 1;
        }
      }
      return WithGetter;
    },
    () => {
      @any
      class Whole {}
      return Whole;
    },
    () => {
      class WithField {
        @any
        size = 3;
      }
      return new WithField();
    },
  ];
}
