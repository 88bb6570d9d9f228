import { expect, test } from 'vitest';
import { FlushPatience, type PatienceSettings } from '../../../src/sdk/flush-patience.ts';

/** How often it was looked at until nobody waited any longer. */
async function looksUntilOver(
  settings: PatienceSettings,
  progress: (look: number) => number,
): Promise<number> {
  let looks = 0;
  const patience = new FlushPatience(settings, () => progress(looks++));
  await new Promise<void>((resolve) => {
    patience.signal.addEventListener('abort', () => resolve());
  });
  return looks;
}

test('what stands still is given up after four looks', async () => {
  expect(await looksUntilOver({ wholeMs: 60_000, stallMs: () => 8, lookMs: 2 }, () => 7)).toBe(5);
});

test('what comes forward is waited for, and given up when it stands still', async () => {
  const looks = await looksUntilOver({ wholeMs: 60_000, stallMs: () => 8, lookMs: 2 }, (look) =>
    Math.min(look, 30),
  );
  expect(looks).toBe(30 + 5);
});

test('what comes forward for ever is given up at the bound', async () => {
  expect(
    await looksUntilOver({ wholeMs: 50, stallMs: () => 8, lookMs: 2 }, (look) => look),
  ).toBeGreaterThan(1);
});

test('without a stall only the bound counts', async () => {
  expect(await looksUntilOver({ wholeMs: 20 }, () => 0)).toBe(0);
});
