/**
 * Long work in small steps: a generator that stops every so often, and gives its result at the end. Run at once
 * where nobody waits, or in turns of TURN_MS on a thread that has others to serve. Where it has to wait for something it
 * stops with the promise of it.
 */
import { setImmediate as turn } from 'node:timers/promises';

export type Steps<Result> = Generator<Promise<void> | void, Result, void>;

/** Between two stops of a loop over numbers: well below a millisecond. */
export const ROWS_A_STEP = 4_096;
/** The same for spans that are decoded. */
export const SPANS_A_STEP = 32;
const TURN_MS = 8;

/** @throws where the work has to wait */
export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (step.value !== undefined) throw new Error('work that waits is not done at once');
  }
}

/** @throws the signal's reason, and what the work throws */
export async function inTurns<Result>(steps: Steps<Result>, signal?: AbortSignal): Promise<Result> {
  signal?.throwIfAborted();
  let until = performance.now() + TURN_MS;
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (step.value !== undefined) await step.value;
    else if (performance.now() < until) continue;
    else await turn();
    signal?.throwIfAborted();
    until = performance.now() + TURN_MS;
  }
}
