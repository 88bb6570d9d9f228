/**
 * The functions that were rewritten, a row each, and how often each was called: numbers in typed arrays, read
 * and written at every call. Decides which functions are hot: from then on they are only counted.
 *
 * Bound: FUNCTIONS_MAX functions; what is beyond is not watched.
 */
import { basename } from 'node:path';
import type { Attributes } from '@opentelemetry/api';
import { ANONYMOUS, ATTRIBUTE } from '../../tracing/trace-options.ts';
import type { RewrittenFunction } from '../rewrite/rewrite-module.ts';

/** A row: what is known of a function before it runs. */
export interface KnownFunction {
  readonly name: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly isAsync: boolean;
  readonly isGenerator: boolean;
  /** Names of its parameters, where arguments are captured. */
  readonly parameters?: readonly string[];
}

/** How a span of a function reads. */
export interface DescribedFunction {
  readonly name: string;
  /** Shared by its spans. */
  readonly attributes: Attributes;
}

const FUNCTIONS_MAX = 262_144;
const HOT_WINDOW_MS = 1_000;

export class CallTable {
  readonly functions: KnownFunction[] = [];
  /** Another thread reads them while they are written. */
  calls: Uint32Array<SharedArrayBuffer> = sharedCounts(256);
  /** Not 0 where the function is only counted. */
  isHot: Uint8Array = new Uint8Array(256);
  /** Calls until it is looked at again. */
  untilCheck: Int32Array = new Int32Array(256);
  #windowStartMs: Float64Array = new Float64Array(256);
  readonly #hotCalls: number;
  readonly #described: (DescribedFunction | undefined)[] = [];

  /** @param hotCallsPerSecond more than this many make a function hot */
  constructor(hotCallsPerSecond: number) {
    this.#hotCalls = hotCallsPerSecond;
  }

  /** The row of the first of them; undefined where there is no room. */
  add(path: string, functions: readonly RewrittenFunction[]): number | undefined {
    const first = this.functions.length;
    const count = first + functions.length;
    if (count > FUNCTIONS_MAX) return undefined;
    for (const { id: _, file = path, ...known } of functions)
      this.functions.push({ ...known, file });
    while (count > this.calls.length) this.#grow();
    this.untilCheck.fill(this.#hotCalls, first, count);
    return first;
  }

  described(row: number): DescribedFunction {
    this.#described[row] ??= describe(this.functions[row]!);
    return this.#described[row];
  }

  /** At a call, when `untilCheck` has come to 0: whether the function is hot from now on. */
  turnsHot(row: number, nowMs: number): boolean {
    const elapsedMs = nowMs - this.#windowStartMs[row]!;
    this.#windowStartMs[row] = nowMs;
    this.untilCheck[row] = this.#hotCalls;
    if (elapsedMs >= HOT_WINDOW_MS) return false;
    this.isHot[row] = 1;
    return true;
  }

  /** At the first call. */
  begin(row: number, nowMs: number): void {
    this.#windowStartMs[row] = nowMs;
  }

  #grow(): void {
    const length = this.calls.length * 2;
    const copied = <Numbers extends { set(from: Numbers): void }>(to: Numbers, from: Numbers) => {
      to.set(from);
      return to;
    };
    this.calls = copied(sharedCounts(length), this.calls);
    this.isHot = copied(new Uint8Array(length), this.isHot);
    this.untilCheck = copied(new Int32Array(length), this.untilCheck);
    this.#windowStartMs = copied(new Float64Array(length), this.#windowStartMs);
  }
}

function sharedCounts(length: number): Uint32Array<SharedArrayBuffer> {
  return new Uint32Array(new SharedArrayBuffer(length * 4));
}

export function describe({ name, file, line, column, isAsync }: KnownFunction): DescribedFunction {
  const attributes: Attributes = {
    [ATTRIBUTE.functionName]: name,
    'code.file.path': file,
    'code.line.number': line,
    'code.column.number': column,
    ...(isAsync && { [ATTRIBUTE.async]: true }),
  };
  const isNamed = name !== ANONYMOUS;
  return { name: isNamed ? name : `${name} ${basename(file)}:${line}`, attributes };
}
