/** What a component is started with in a test: real counters, a silent log, the clock of your choice. */
import { type Clock, systemClock } from '../../src/model/clock.ts';
import type { Host } from '../../src/pipeline/component.ts';
import { Counters } from '../../src/telemetry/counters.ts';
import type { Logger } from '../../src/telemetry/logger.ts';

export interface RecordedLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly fields: object;
  readonly message: string;
}

export class RecordingLogger implements Logger {
  readonly lines: RecordedLine[] = [];

  info(fields: object, message: string): void {
    this.lines.push({ level: 'info', fields, message });
  }

  warn(fields: object, message: string): void {
    this.lines.push({ level: 'warn', fields, message });
  }

  error(fields: object, message: string): void {
    this.lines.push({ level: 'error', fields, message });
  }
}

export interface TestHost extends Host {
  readonly log: RecordingLogger;
}

export function testHost(clock: Clock = systemClock): TestHost {
  return { clock, counters: new Counters(), log: new RecordingLogger() };
}

/** A deadline that never comes. */
export const NO_DEADLINE: AbortSignal = new AbortController().signal;
