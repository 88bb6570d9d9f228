import type { LogEvent } from '../otlp/read-log-events.ts';

/**
 * Where receivers hand over what programs say of spans that have not ended. Takes all of it, at once, and keeps none
 * of its bytes: what a bound leaves no room for is counted as dropped by the consumer.
 */
export interface LogEventConsumer {
  take(events: readonly LogEvent[]): void;
}
