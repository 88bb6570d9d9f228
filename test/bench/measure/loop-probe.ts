/**
 * Loaded into a measured process with `node --import`: answers every message on its IPC channel with what
 * its main thread's event loop did since the message before. The loop is looked at every 10 ms, which costs
 * about a thousandth of a core. Worker threads load it too; there it does nothing.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

export interface LoopFigures {
  /** How much later than asked for the loop came round. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

const RESOLUTION_MS = 10;

if (isMainThread && process.send !== undefined) {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  process.on('message', () => {
    const beyondMs = (nanos: number) => Math.max(0, nanos / 1e6 - RESOLUTION_MS);
    const figures: LoopFigures = {
      p50Ms: beyondMs(delays.percentile(50)),
      p99Ms: beyondMs(delays.percentile(99)),
      maxMs: beyondMs(delays.max),
    };
    delays.reset();
    process.send!(figures);
  });
  // The probe must not keep alive what would end.
  process.channel?.unref();
}
