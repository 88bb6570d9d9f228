/**
 * One request on its way in, the same for every transport: collect its body under the byte budget, wait
 * for room or be refused, decompress, hand over, and tell the transport the outcome, exactly once.
 *
 * A body of up to 1 MiB is charged when its first byte comes; a larger one, or one of unknown length, by
 * doubling as it arrives. Where there is no room the request goes on arriving while it waits, against a
 * claim on the budget's waiting bytes, and is not read before the claim is granted. So what all requests
 * hold together never exceeds the budget and its waiting bytes, whatever senders do.
 *
 * It owns the body's memory and its charge, and gives both back when nobody reads them any more. It knows
 * no framing, no header, no way to answer.
 */
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

/** Charged and allocated at once, if announced; otherwise the first step of doubling is the smaller one. */
const AT_ONCE_BYTES_MAX = 1024 * 1024;
const FIRST_CHARGE_BYTES = 16 * 1024;

export class RequestIntake {
  readonly #context: IntakeContext;
  readonly #announced: number | undefined;
  readonly #abort: AbortSignal;
  readonly #answer: (outcome: ExportOutcome) => void;
  readonly #body: MessageBuffer;
  #phase: 'collecting' | 'reading' | 'settled' = 'collecting';
  /** Taken from the budget. */
  #charged = 0;
  /** Asked of the budget, not yet granted. */
  #claimed = 0;
  /** The body or its charge is in use elsewhere, so it outlives the answer. */
  #held = false;
  /** Set once the body is complete. */
  #kind: RequestKind | undefined;

  /**
   * `announced`: the body's length where the sender gave it; no more than that may be appended. `answer`
   * may be called before `append` or `end` returns.
   */
  constructor(
    context: IntakeContext,
    announced: number | undefined,
    abort: AbortSignal,
    answer: (outcome: ExportOutcome) => void,
  ) {
    this.#context = context;
    this.#announced = announced;
    this.#abort = abort;
    this.#answer = answer;
    const { maxRequestBytes } = context.settings;
    const atOnce = announced !== undefined && announced <= AT_ONCE_BYTES_MAX;
    this.#body = new MessageBuffer(context.pool, atOnce ? announced : maxRequestBytes);
  }

  /** Copies the bytes. */
  append(bytes: Uint8Array): void {
    if (this.#phase !== 'collecting' || bytes.length === 0) return;
    const needed = this.#body.length + bytes.length;
    if (needed > this.#charged + this.#claimed && !this.#makeRoom(needed)) {
      this.#settle(this.#busy());
      return;
    }
    this.#body.append(bytes);
  }

  /** The body is complete. */
  end(kind: RequestKind): void {
    if (this.#phase !== 'collecting') return;
    this.#kind = kind;
    if (this.#claimed === 0) this.#read(kind);
  }

  /** The transport has answered by itself, or the sender is gone: no outcome is wanted any more. */
  abandon(): void {
    this.#phase = 'settled';
    if (!this.#held) this.#giveBack();
  }

  /** Charges more, or claims it; false where neither is possible. */
  #makeRoom(needed: number): boolean {
    // A claim covers all that was announced: who outgrows it said nothing, and waits already.
    if (this.#claimed > 0) return false;
    const { budget, host, settings } = this.#context;
    const announced = this.#announced ?? settings.maxRequestBytes;
    const doubled = Math.max(needed, FIRST_CHARGE_BYTES, this.#charged * 2);
    const target = announced <= AT_ONCE_BYTES_MAX ? announced : Math.min(doubled, announced);
    if (budget.tryTake(target - this.#charged)) {
      this.#charged = target;
      return true;
    }
    const claim = (this.#announced ?? Math.max(target, AT_ONCE_BYTES_MAX)) - this.#charged;
    if (!budget.mayWait(claim)) return false;
    this.#claimed = claim;
    void budget
      .take(claim, settings.waitForRoomMs, host.clock, this.#abort)
      .then((granted) => this.#waited(claim, granted));
    return true;
  }

  #waited(claim: number, granted: boolean) {
    if (this.#phase === 'settled') {
      if (granted) this.#context.budget.give(claim);
      return;
    }
    this.#claimed = 0;
    if (!granted) {
      this.#settle(this.#busy());
      return;
    }
    this.#charged += claim;
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
    const extra = result.bytes.length - this.#charged;
    if (extra > 0) {
      if (!budget.tryTake(extra)) return this.#settle(this.#busy());
      this.#charged += extra;
    }
    this.#handOver(kind, result.bytes);
  }

  #handOver(kind: RequestKind, bytes: Uint8Array) {
    const outcome = this.#context.handler.export(kind, bytes, this.#abort);
    // The bytes have been read; the charge stays until the outcome is known.
    this.#held = true;
    this.#body.release();
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
    if (this.#charged > 0) this.#context.budget.give(this.#charged);
    this.#charged = 0;
  }
}
