/**
 * What one thread does, call by call, for another to read while the first may be blocked: records of four numbers in a ring of shared
 * memory, stored one by one. The writer never waits. A reader that was too slow is told how much it missed.
 *
 * Bound: RECORDS records, 2 MiB. A record is its tag (what it is, and a number times TAG_STEP) and three numbers:
 *
 *   enter        row of the function · number of the call · number of its caller, or minus that of its context · start
 *   exit         CALL_END flags · number of the call · 0 · end
 *   context      its number · trace id, 48, 48 and 32 bits
 *   contextRest  its number · span id, 32 and 32 bits · trace flags
 *   start        OTLP's kind · trace id, 48, 48 and 32 bits
 *   startIds     trace flags · span id, 32 and 32 bits · start
 *   startParent  0 · parent's span id, 32 and 32 bits, zeros for none · 0
 *   end          OTLP's status · span id, 32 and 32 bits · end
 *
 * Times are milliseconds as `performance.now()` of the writing thread counts them.
 */
export const RECORD = {
  enter: 1,
  exit: 2,
  context: 3,
  contextRest: 4,
  start: 5,
  startIds: 6,
  startParent: 7,
  end: 8,
} as const;
export const TAG_STEP = 16;
export const CALL_END = { failed: 1, span: 2 } as const;
/** Contexts that are no span's. */
export const CONTEXT = { root: 0, suppressed: 1, none: 2, first: 3 } as const;
/** Words of `control`. */
export const CONTROL = { head: 0, turn: 1, done: 2, count: 4 } as const;

const WORDS = 4;
const RECORDS = 65_536;
const MASK = RECORDS - 1;
const BLOCK = 1_024;

export interface RingMemory {
  readonly records: SharedArrayBuffer;
  readonly control: SharedArrayBuffer;
}

export class ActivityRing {
  readonly memory: RingMemory = {
    records: new SharedArrayBuffer(RECORDS * WORDS * 8),
    control: new SharedArrayBuffer(CONTROL.count * 4),
  };
  readonly #words = new Float64Array(this.memory.records);
  readonly #control = new Int32Array(this.memory.control);
  #head = 0;

  enter(row: number, call: number, callerOrContext: number, startMs: number): void {
    this.#put(RECORD.enter + row * TAG_STEP, call, callerOrContext, startMs);
  }

  exit(call: number, flags: number, endMs: number): void {
    this.#put(RECORD.exit + flags * TAG_STEP, call, 0, endMs);
  }

  context(number: number, traceId: string, spanId: string, flags: number): void {
    const tag = number * TAG_STEP;
    this.#putTrace(RECORD.context + tag, traceId);
    const [high, low] = halves(spanId);
    this.#put(RECORD.contextRest + tag, high, low, flags);
  }

  start(
    ids: { readonly traceId: string; readonly spanId: string; readonly traceFlags: number },
    parentSpanId: string | undefined,
    kind: number,
    startMs: number,
  ): void {
    this.#putTrace(RECORD.start + kind * TAG_STEP, ids.traceId);
    const [high, low] = halves(ids.spanId);
    this.#put(RECORD.startIds + ids.traceFlags * TAG_STEP, high, low, startMs);
    const [parentHigh, parentLow] = parentSpanId === undefined ? [0, 0] : halves(parentSpanId);
    this.#put(RECORD.startParent, parentHigh, parentLow, 0);
  }

  end(spanId: string, status: number, endMs: number): void {
    const [high, low] = halves(spanId);
    this.#put(RECORD.end + status * TAG_STEP, high, low, endMs);
  }

  #putTrace(tag: number, traceId: string): void {
    const at = (from: number, to: number): number => Number.parseInt(traceId.slice(from, to), 16);
    this.#put(tag, at(0, 12), at(12, 24), at(24, 32));
  }

  #put(tag: number, a: number, b: number, c: number): void {
    const words = this.#words;
    const head = this.#head;
    const at = (head & MASK) * WORDS;
    words[at] = tag;
    words[at + 1] = a;
    words[at + 2] = b;
    words[at + 3] = c;
    this.#head = (head + 1) | 0;
    Atomics.store(this.#control, CONTROL.head, this.#head);
  }
}

export type TakeRecord = (tag: number, a: number, b: number, c: number) => void;

/** The reading side; on another thread. */
export class ActivityReader {
  readonly #words: Float64Array;
  readonly #control: Int32Array;
  readonly #block = new Float64Array(BLOCK * WORDS);
  #tail = 0;

  constructor({ records, control }: RingMemory) {
    this.#words = new Float64Array(records);
    this.#control = new Int32Array(control);
  }

  /** Gives what was written since the last call, and returns how many records were overwritten before. */
  drain(take: TakeRecord): number {
    let lost = 0;
    const end = Atomics.load(this.#control, CONTROL.head);
    while (this.#tail !== end) {
      const skipped = this.#waiting() - RECORDS;
      if (skipped > 0) {
        // Half of it is behind in a moment too.
        const pass = Math.min(skipped + RECORDS / 2, (end - this.#tail) | 0);
        lost += pass;
        this.#tail = (this.#tail + pass) | 0;
        continue;
      }
      const from = this.#tail & MASK;
      const count = Math.min((end - this.#tail) | 0, BLOCK, RECORDS - from);
      const block = this.#block;
      block.set(this.#words.subarray(from * WORDS, (from + count) * WORDS));
      // Overwritten while it was copied: not to be believed.
      if (this.#waiting() > RECORDS) continue;
      this.#tail = (this.#tail + count) | 0;
      for (let at = 0; at < count * WORDS; at += WORDS)
        take(block[at]!, block[at + 1]!, block[at + 2]!, block[at + 3]!);
    }
    return lost;
  }

  /** Written and not yet passed; one that is being written counts. */
  #waiting(): number {
    return ((Atomics.load(this.#control, CONTROL.head) - this.#tail) | 0) + 1;
  }
}

function halves(spanId: string): [number, number] {
  return [Number.parseInt(spanId.slice(0, 8), 16), Number.parseInt(spanId.slice(8), 16)];
}
