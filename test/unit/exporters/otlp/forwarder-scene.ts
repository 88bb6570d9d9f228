/** A forwarder over a log in memory and a destination that answers by a script. */
import { afterEach } from 'vitest';
import type { CursorStore } from '../../../../src/exporters/otlp/cursor-store.ts';
import type { Destination, SendResult } from '../../../../src/exporters/otlp/destination.ts';
import { Forwarder, type ForwarderSettings } from '../../../../src/exporters/otlp/forwarder.ts';
import { MemoryDeadLetters } from '../../../../src/exporters/otlp/memory-dead-letters.ts';
import { MemoryQueue } from '../../../../src/exporters/otlp/memory-queue.ts';
import type { LogCursor } from '../../../../src/store/contracts/span-log.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { buildRequest } from '../../../support/otlp-request.ts';
import { spanIdsOf } from '../../../support/otlp-upstream.ts';
import { type TestHost, testHost } from '../../../support/receiver-host.ts';

/** Keeps what it is told, as a disk would: not a queue's own cursor, which frees. */
export class RememberedCursor implements CursorStore {
  cursor: LogCursor | undefined;
  saves = 0;

  load(): Promise<LogCursor | undefined> {
    return Promise.resolve(this.cursor);
  }

  save(cursor: LogCursor): Promise<void> {
    this.cursor = cursor;
    this.saves++;
    return Promise.resolve();
  }
}

/** Answers by a script; with `hold`, answers wait until they are released by number. */
export class ScriptedDestination implements Destination {
  readonly sent: Uint8Array[] = [];
  readonly delivered: string[] = [];
  answer: (request: Uint8Array, count: number) => SendResult | Promise<SendResult> = () => ({
    status: 'sent',
    rejectedSpans: 0,
  });
  closed = 0;

  async send(request: Uint8Array, _count: number, signal: AbortSignal): Promise<SendResult> {
    this.sent.push(request);
    const aborted = new Promise<SendResult>((resolve) => {
      signal.addEventListener('abort', () => resolve({ status: 'retry', reason: 'aborted' }));
    });
    const result = await Promise.race([this.answer(request, this.sent.length), aborted]);
    if (result.status === 'sent') this.delivered.push(...spanIdsOf(request));
    return result;
  }

  close(): Promise<void> {
    this.closed++;
    return Promise.resolve();
  }
}

export interface Scene {
  readonly clock: ManualClock;
  readonly host: TestHost;
  readonly log: MemoryQueue;
  readonly cursors: RememberedCursor;
  readonly letters: MemoryDeadLetters;
  readonly destination: ScriptedDestination;
  readonly forwarder: Forwarder;
}

const scenes: Scene[] = [];

/** A forwarder over a log that holds `parts` requests of two spans each. */
export async function scene(
  settings: Partial<ForwarderSettings> = {},
  parts = 0,
  from?: Pick<Scene, 'log' | 'cursors' | 'letters'>,
): Promise<Scene> {
  const clock = new ManualClock();
  const log = from?.log ?? new MemoryQueue();
  const cursors = from?.cursors ?? new RememberedCursor();
  const letters = from?.letters ?? new MemoryDeadLetters();
  const destination = new ScriptedDestination();
  const forwarder = new Forwarder(
    { log, destination, cursors, deadLetters: letters },
    {
      name: 'upstream',
      persistent: true,
      startAt: 'oldest',
      random: () => 0.5,
      // One stored request a chunk.
      requestBytesMax: 1,
      ...settings,
    },
  );
  const made = { clock, host: testHost(clock), log, cursors, letters, destination, forwarder };
  scenes.push(made);
  store(made, parts);
  return made;
}

let seed = 1;

export function store({ log }: Pick<Scene, 'log'>, parts: number): string[] {
  const stored: string[] = [];
  for (let i = 0; i < parts; i++) {
    const request = buildRequest({ service: 'shop', spans: [{}, { parent: 0 }], seed: seed++ });
    stored.push(...spanIdsOf(request));
    log.push([{ request, spanCount: 2 }]);
  }
  return stored;
}

export const RETRY: SendResult = { status: 'retry', reason: 'UNAVAILABLE' };
export const SENT: SendResult = { status: 'sent', rejectedSpans: 0 };

afterEach(async () => {
  for (const { forwarder } of scenes.splice(0)) await forwarder.shutdown(AbortSignal.abort());
});
