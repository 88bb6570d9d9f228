import type { Clock } from '../model/clock.ts';
import type { Counters } from '../telemetry/counters.ts';
import type { Logger } from '../telemetry/logger.ts';

/** What a component gets from the composition root. */
export interface Host {
  readonly clock: Clock;
  readonly counters: Counters;
  readonly log: Logger;
}

/**
 * Something with a life. `start` fails fast and leaves nothing behind when it does; after it, no input
 * may crash the component. `shutdown` is legal before start and twice: it stops intake, drains what was
 * accepted, and gives up what is left when the deadline aborts. Components start in reverse order of
 * flow (the store first, receivers last) and stop in order of flow.
 */
export interface Component {
  start(host: Host): Promise<void>;
  shutdown(deadline: AbortSignal): Promise<void>;
}
