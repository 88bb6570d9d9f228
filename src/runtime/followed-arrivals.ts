/** What followers of arrivals are told in a whole runtime: spans as they are received, starts, and commits, which make spans durable. */
import type { SpanArrivals } from '../pipeline/span-arrivals.ts';
import type { CommitSignal } from '../store/commit-signal.ts';
import type { ArrivalListener, Arrivals } from '../store/contracts/arrivals.ts';

const WAIT_MS = 60_000;

/** `commits`: absent where nothing is persisted. */
export function followedArrivals(spans: SpanArrivals, commits: CommitSignal | undefined): Arrivals {
  return {
    subscribe(listener, signal) {
      spans.subscribe(listener, signal);
      if (commits !== undefined) void followCommits(commits, listener, signal);
    },
  };
}

async function followCommits(
  commits: CommitSignal,
  listener: ArrivalListener,
  signal: AbortSignal,
): Promise<void> {
  let seen = commits.value;
  while (!signal.aborted) {
    await commits.changed(seen, WAIT_MS, signal);
    if (signal.aborted || commits.value === seen) continue;
    seen = commits.value;
    listener(0, 0);
  }
}
