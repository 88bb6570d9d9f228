/** Starts load generators, and waits for what they report. */
import { runNode } from '../measure/children.ts';
import { scriptPath } from '../measure/measured-process.ts';
import type { LoadOrder, LoadReport } from './load-order.ts';

/** A round takes seconds; one that takes this long, beyond what its rate makes it take, has gone wrong. */
const GENERATE_WITHIN_MS = 120_000;

function boundOf({ requests, spansPerRequest, spansPerSecond }: LoadOrder): number {
  const dueMs = spansPerSecond ? (1_000 * requests * spansPerRequest) / spansPerSecond : 0;
  return GENERATE_WITHIN_MS + dueMs;
}

export interface RunningLoad {
  readonly finished: Promise<LoadReport>;
  /** Ends the sending; resolves with what was sent until then. */
  stop(): Promise<LoadReport>;
}

export function startLoad(order: LoadOrder, withinMs: number = boundOf(order)): RunningLoad {
  const { child, said } = runNode(
    [scriptPath('load/load-generator.ts'), JSON.stringify(order)],
    withinMs,
  );
  const finished = said.then((text) => JSON.parse(text) as LoadReport);
  finished.catch(() => {});
  return {
    finished,
    stop() {
      child.kill('SIGTERM');
      return finished;
    },
  };
}

export function sendLoad(order: LoadOrder, withinMs?: number): Promise<LoadReport> {
  return startLoad(order, withinMs).finished;
}
