import { setTimeout as wait } from 'node:timers/promises';

/** Resolves once the condition holds, asked every 25 ms; rejects when it does not within the time. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  what: string,
  withinMs = 25_000,
): Promise<void> {
  const untilMs = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > untilMs) throw new Error(`${what}: not within ${withinMs} ms`);
    await wait(25);
  }
}
