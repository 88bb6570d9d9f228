import { describe, expect, it } from 'vitest';
import { ByteBudget } from '../../../src/pipeline/byte-budget.ts';
import { ManualClock } from '../../support/manual-clock.ts';

describe('ByteBudget', () => {
  it('gives what it has and takes it back', () => {
    const budget = new ByteBudget(100);
    expect(budget.tryTake(60)).toBe(true);
    expect(budget.tryTake(50)).toBe(false);
    budget.give(60);
    expect(budget.tryTake(50)).toBe(true);
    expect(budget.usedBytes).toBe(50);
  });

  it('admits one request larger than the whole budget, alone', () => {
    const budget = new ByteBudget(100);
    expect(budget.tryTake(500)).toBe(true);
    expect(budget.tryTake(1)).toBe(false);
    budget.give(500);
    expect(budget.usedBytes).toBe(0);
  });

  it('lets takers wait their turn, first come first served', async () => {
    const clock = new ManualClock();
    const budget = new ByteBudget(100, 1000);
    budget.tryTake(100);
    const order: string[] = [];
    const large = budget.take(80, 1500, clock).then((ok) => order.push(`large ${ok}`));
    const small = budget.take(10, 1500, clock).then((ok) => order.push(`small ${ok}`));
    expect(budget.tryTake(0)).toBe(false);
    budget.give(50);
    await clock.advance(1);
    expect(order).toEqual([]);
    budget.give(50);
    await Promise.all([large, small]);
    expect(order).toEqual(['large true', 'small true']);
    expect([budget.usedBytes, budget.waitingBytes, clock.pending]).toEqual([90, 0, 0]);
  });

  it('refuses a waiter when its time is up, and lets those behind it pass', async () => {
    const clock = new ManualClock();
    const budget = new ByteBudget(100, 1000);
    budget.tryTake(60);
    const large = budget.take(80, 1000, clock);
    const small = budget.take(30, 5000, clock);
    await clock.advance(1000);
    expect(await large).toBe(false);
    expect(await small).toBe(true);
  });

  it('lets only so much wait, and says when nobody need try', async () => {
    const clock = new ManualClock();
    const budget = new ByteBudget(100, 40);
    budget.tryTake(100);
    expect(budget.overloaded).toBe(false);
    const waiting = budget.take(40, 1500, clock);
    expect(budget.overloaded).toBe(true);
    expect(await budget.take(1, 1500, clock)).toBe(false);
    budget.give(100);
    expect(await waiting).toBe(true);
    expect(budget.overloaded).toBe(false);
  });

  it('lets go of a waiter whose sender is gone', async () => {
    const clock = new ManualClock();
    const budget = new ByteBudget(10);
    budget.tryTake(10);
    const gone = new AbortController();
    const waiting = budget.take(5, 1500, clock, gone.signal);
    gone.abort();
    expect(await waiting).toBe(false);
    expect([budget.waitingBytes, clock.pending]).toEqual([0, 0]);
    expect(await budget.take(5, 1500, clock, gone.signal)).toBe(false);
  });

  it('notices when more comes back than went out', () => {
    expect(() => new ByteBudget(10).give(1)).toThrow(RangeError);
  });
});
