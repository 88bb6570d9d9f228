/**
 * What a line of a list shows of a trace's attributes: of each that is asked for what the root says, or else the first span, by start, that says
 * something. Of a span that does not say, its resource is asked. Bounds: SPANS_MAX spans of a trace are looked at, VALUE_LENGTH_MAX characters
 * of a value are told.
 */
import { attributeText } from '../../model/attribute-names.ts';
import type { ShownAttribute } from '../../model/trace-summary.ts';
import { AttributeWalk } from '../../projection/attribute-walk.ts';
import { FrameReader } from '../../projection/frame-reader.ts';
import type { Steps } from '../../projection/in-turns.ts';
import { linkParents } from '../../projection/link-parents.ts';
import { orderByStart } from '../../projection/order-by-start.ts';
import type { TraceColumns } from '../../projection/trace-columns.ts';
import type { SpanRecord } from '../contracts/span-record.ts';

const SPANS_MAX = 1_000;
const VALUE_LENGTH_MAX = 100;
const SPANS_A_STEP = 100;

/** In the order of the keys; what no span says is not among them. */
export function* shownAttributes(
  records: readonly SpanRecord[],
  columns: TraceColumns,
  keys: readonly string[],
): Steps<readonly ShownAttribute[]> {
  const parents = yield* linkParents(columns);
  const byStart = yield* orderByStart(columns, columns.starts);
  const root = byStart.find((index) => parents[index]! < 0) ?? byStart[0]!;
  const seeker = new AttributeSeeker(keys);
  seeker.look(records[root]!);
  for (const [at, index] of byStart.subarray(0, SPANS_MAX).entries()) {
    if (seeker.isDone) break;
    seeker.look(records[index]!);
    if (at % SPANS_A_STEP === 0) yield;
  }
  return seeker.found();
}

class AttributeSeeker {
  readonly #keys: readonly string[];
  readonly #keyBytes: readonly Buffer[];
  readonly #values: (string | undefined)[];
  readonly #walk = new AttributeWalk();
  readonly #frames = new FrameReader();
  readonly #resources = new Set<Uint8Array>();

  constructor(keys: readonly string[]) {
    this.#keys = keys;
    this.#keyBytes = keys.map((key) => Buffer.from(key));
    this.#values = keys.map(() => undefined);
  }

  get isDone(): boolean {
    return this.#values.every((value) => value !== undefined);
  }

  look({ span, resource }: SpanRecord): void {
    const walk = this.#walk.over(span);
    while (walk.next()) {
      const at = this.#keyBytes.findIndex((key) => walk.hasKey(key));
      if (at >= 0) this.#values[at] ??= textOf(walk.read().value);
    }
    if (this.#resources.has(resource)) return;
    this.#resources.add(resource);
    for (const { key, value } of this.#frames.resource(resource).attributes) {
      const at = this.#keys.indexOf(key);
      if (at >= 0) this.#values[at] ??= textOf(value);
    }
  }

  found(): readonly ShownAttribute[] {
    return this.#keys.flatMap((key, at) => {
      const value = this.#values[at];
      return value === undefined ? [] : [{ key, value }];
    });
  }
}

function textOf(value: Parameters<typeof attributeText>[0]): string {
  const text = attributeText(value);
  if (text.length <= VALUE_LENGTH_MAX) return text;
  // Not between the halves of a surrogate pair.
  return `${text.slice(0, VALUE_LENGTH_MAX - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
