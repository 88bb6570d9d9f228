/**
 * One request on its way in, the same for every transport: collect its body under the byte budget, wait
 * for room or be refused, decompress, hand over, and tell the transport the outcome, exactly once.
 *
 * It owns the body's memory and its charge, and gives both back when nobody reads them any more. It knows
 * no framing, no header, no way to answer. While it waits for room the sender is paused.
 */
import type { Readable } from 'node:stream';
import type { ByteBudget } from '../../pipeline/byte-budget.ts';
import type { Host } from '../../pipeline/component.ts';
import type { BufferPool } from './buffer-pool.ts';
import type { ExportHandler } from './export-handler.ts';
import type { ExportOutcome, RequestKind } from './export-outcome.ts';
import type { InflateResult, Inflater } from './inflate.ts';
import { MessageBuffer } from './message-buffer.ts';

export interface IntakeSettings {
  /** Of one request, before and after decompression. */
  readonly maxRequestBytes: number;
  /** How long a request waits for room before it is refused. */
  readonly waitForRoomMs: number;
  /** What a refused client is told to wait. */
  readonly retryAfterMs: number;
}

/** What all requests of one receiver share. */
export interface IntakeContext {
  readonly settings: IntakeSettings;
  readonly host: Host;
  readonly budget: ByteBudget;
  readonly pool: BufferPool;
  readonly inflater: Inflater;
  readonly handler: ExportHandler;
}

export class RequestIntake {
  readonly #context: IntakeContext;
  readonly #sender: Readable;
  readonly #abort: AbortSignal;
  readonly #answer: (outcome: ExportOutcome) => void;
  readonly #body: MessageBuffer;
  #phase: 'collecting' | 'waiting' | 'reading' | 'settled' = 'collecting';
  /** The body or its charge is in use elsewhere, so it outlives the answer. */
  #held = false;
  /** Set once the body is complete. */
  #kind: RequestKind | undefined;
  #inflatedCharge = 0;

  /** `lengthMax`: what the sender announced, or the limit. `answer` may be called before `end` returns. */
  constructor(
    context: IntakeContext,
    sender: Readable,
    lengthMax: number,
    abort: AbortSignal,
    answer: (outcome: ExportOutcome) => void,
  ) {
    this.#context = context;
    this.#sender = sender;
    this.#abort = abort;
    this.#answer = answer;
    this.#body = new MessageBuffer(context.budget, context.pool, lengthMax);
  }

  /** Bytes collected so far, those that wait for room left out. */
  get length(): number {
    return this.#body.length;
  }

  /** Copies `bytes`, at once or when there is room; until then it holds them. */
  append(bytes: Uint8Array): void {
    if (this.#phase !== 'collecting' || bytes.length === 0) return;
    const shortfall = this.#body.shortfall(bytes.length);
    if (shortfall > 0) {
      if (!this.#context.budget.tryTake(shortfall)) {
        void this.#appendLater(bytes, shortfall);
        return;
      }
      this.#body.grow(shortfall);
    }
    this.#body.append(bytes);
  }

  /** The body is complete. */
  end(kind: RequestKind): void {
    if (this.#phase === 'settled') return;
    this.#kind = kind;
    if (this.#phase === 'collecting') this.#read(kind);
  }

  /** The transport has answered by itself, or the sender is gone: no outcome is wanted any more. */
  abandon(): void {
    this.#phase = 'settled';
    if (!this.#held) this.#giveBack();
  }

  async #appendLater(bytes: Uint8Array, shortfall: number): Promise<void> {
    const { budget, host, settings } = this.#context;
    this.#phase = 'waiting';
    this.#sender.pause();
    const admitted = await budget.take(shortfall, settings.waitForRoomMs, host.clock, this.#abort);
    if (this.#isSettled()) {
      if (admitted) budget.give(shortfall);
      return;
    }
    if (!admitted) return this.#settle(this.#busy());
    this.#body.grow(shortfall);
    this.#body.append(bytes);
    this.#phase = 'collecting';
    this.#sender.resume();
    if (this.#kind !== undefined) this.#read(this.#kind);
  }

  #read(kind: RequestKind) {
    this.#phase = 'reading';
    const { bytes } = this.#body;
    if (kind.encoding === 'identity') return this.#handOver(kind, bytes);
    this.#held = true;
    const result = this.#context.inflater.inflate(bytes, kind.encoding);
    if (result instanceof Promise) void result.then((late) => this.#inflated(kind, late));
    else this.#inflated(kind, result);
  }

  #inflated(kind: RequestKind, result: InflateResult) {
    this.#held = false;
    if (this.#isSettled()) return this.#giveBack();
    const { budget, handler, settings } = this.#context;
    if (result.status === 'too_large')
      return this.#settle(
        handler.tooLarge(
          `the request, decompressed, exceeds the limit of ${settings.maxRequestBytes} bytes`,
        ),
      );
    if (result.status === 'corrupt')
      return this.#settle(
        handler.invalid(`the request is not ${kind.encoding} data: ${result.reason}`),
      );
    const extra = result.bytes.length - this.#body.chargedBytes;
    if (extra > 0) {
      if (!budget.tryTake(extra)) return this.#settle(this.#busy());
      this.#inflatedCharge = extra;
    }
    this.#handOver(kind, result.bytes);
  }

  #handOver(kind: RequestKind, bytes: Uint8Array) {
    const outcome = this.#context.handler.export(kind, bytes, this.#abort);
    // The bytes have been read; the charge stays until the outcome is known.
    this.#held = true;
    this.#body.recycle();
    void outcome.then((settled) => {
      this.#held = false;
      this.#settle(settled);
    });
  }

  #settle(outcome: ExportOutcome) {
    this.#giveBack();
    if (this.#isSettled()) return;
    this.#phase = 'settled';
    this.#answer(outcome);
  }

  // A call, since the phase may have moved while something was awaited.
  #isSettled(): boolean {
    return this.#phase === 'settled';
  }

  #busy(): ExportOutcome {
    const { handler, settings } = this.#context;
    return handler.busy('too much is in flight', settings.retryAfterMs);
  }

  #giveBack() {
    this.#body.release();
    if (this.#inflatedCharge > 0) this.#context.budget.give(this.#inflatedCharge);
    this.#inflatedCharge = 0;
  }
}
