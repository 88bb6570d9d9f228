/**
 * How often each function of a program was called, told as an open span that is told anew when it has changed: the span that the program
 * sends at its end takes its place. The FUNCTIONS_MAX that were called the most by name, all of them in the sum.
 */
import { startRecord } from '../../otlp/write-log-events.ts';
import { CALLS_SPAN } from './calls-span.ts';
import { numberedSpanId, numberedTraceId } from './numbered-ids.ts';
import type { FunctionFacts } from './open-activity.ts';
import type { WatchedCalls } from './report-messages.ts';
import { hrTimeSince } from './span-time.ts';

const FUNCTIONS_MAX = 128;
const KIND_INTERNAL = 1;

export class CallCounts {
  readonly #calls: WatchedCalls;
  #counts: Uint32Array;
  #functions: readonly FunctionFacts[];
  #total = 0;
  #revision = 0;
  /** Fewer calls than this were not among the most last time. */
  #least = 1;

  constructor(calls: WatchedCalls) {
    this.#calls = calls;
    this.#functions = calls.functions;
    this.#counts = new Uint32Array(calls.counts);
  }

  /** Functions are known from now on; `counts` has room for them. */
  add(functions: readonly FunctionFacts[], counts: SharedArrayBuffer): void {
    this.#functions = [...this.#functions, ...functions];
    this.#counts = new Uint32Array(counts);
  }

  functionAt(row: number): FunctionFacts | undefined {
    return this.#functions[row];
  }

  /** Undefined where nothing was called since the last one. @param lost records that could not be watched */
  record(lost: number): Uint8Array | undefined {
    const counts = this.#counts;
    let total = 0;
    let called = 0;
    for (let row = 0; row < this.#functions.length; row++) {
      total += counts[row]!;
      if (counts[row] !== 0) called++;
    }
    if (total === this.#total) return undefined;
    this.#total = total;
    const most = this.#most();
    const { seeds, root, timeOrigin } = this.#calls;
    const traceFlags = root?.traceFlags ?? 1;
    if ((traceFlags & 1) === 0) return undefined;
    const named = most.map((row) => this.#functions[row]!);
    return startRecord({
      traceId: root?.traceId ?? numberedTraceId(seeds, CALLS_SPAN.number),
      spanId: numberedSpanId(seeds, CALLS_SPAN.number),
      parentSpanId: root?.spanId,
      name: CALLS_SPAN.name,
      kind: KIND_INTERNAL,
      time: hrTimeSince(timeOrigin, 0),
      flags: traceFlags,
      revision: ++this.#revision,
      attributes: {
        'synton.calls.functions': called,
        'synton.calls.total': total,
        'synton.calls.names': named.map(nameOf),
        'synton.calls.counts': most.map((row) => counts[row]!),
        ...(lost > 0 && { 'synton.calls.lost': lost }),
      },
    });
  }

  #most(): number[] {
    const rows = this.#rowsFrom(this.#least);
    const candidates = rows.length < FUNCTIONS_MAX && this.#least > 1 ? this.#rowsFrom(1) : rows;
    const most = candidates
      .sort((a, b) => this.#counts[b]! - this.#counts[a]!)
      .slice(0, FUNCTIONS_MAX);
    this.#least = most.length === FUNCTIONS_MAX ? this.#counts[most.at(-1)!]! : 1;
    return most;
  }

  #rowsFrom(least: number): number[] {
    const rows: number[] = [];
    for (let row = 0; row < this.#functions.length; row++)
      if (this.#counts[row]! >= least) rows.push(row);
    return rows;
  }
}

function nameOf({ name, attributes }: FunctionFacts): string {
  return `${name} ${attributes['code.file.path']}:${attributes['code.line.number']}`;
}
