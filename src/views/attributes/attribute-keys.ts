/**
 * Counts which attributes the spans of a trace have. Bound: KEYS_COUNTED_MAX different keys, those of each resource for themselves;
 * further ones are not counted, and told to be left out. A key is guessed from the one before it: spans of one kind have theirs in one order.
 */
import type { AttributeKey } from '../../model/trace-attributes.ts';
import { AttributeWalk } from '../../projection/attribute-walk.ts';
import { FrameReader } from '../../projection/frame-reader.ts';
import type { SpanRecord } from '../../store/contracts/span-record.ts';

const KEYS_COUNTED_MAX = 65_536;

interface Counted {
  readonly bytes: Buffer;
  readonly key: string;
  spanCount: number;
  /** The last span that it was counted for: a key may come twice in one. */
  span: number;
  /** Came behind it when it came last. */
  next: Counted | undefined;
}

/** Of the spans of one resource. */
interface Share {
  readonly resourceKeys: ReadonlySet<string>;
  readonly keys: Map<string, Counted>;
  readonly first: Counted;
  spanCount: number;
}

export class AttributeKeyCounts {
  readonly #shares = new Map<object, Share>();
  readonly #frames = new FrameReader();
  readonly #walk = new AttributeWalk();
  #keyCount = 0;
  #left = 0;

  add({ span, resource }: SpanRecord): void {
    const share = this.#shareOf(resource);
    const number = ++share.spanCount;
    const walk = this.#walk.over(span);
    let before = share.first;
    while (walk.next()) {
      let counted = before.next;
      if (counted === undefined || !walk.hasKey(counted.bytes)) {
        counted = this.#counted(share.keys, span.subarray(walk.keyFrom, walk.keyTo));
        if (counted === undefined) continue;
        before.next = counted;
      }
      if (counted.span !== number) {
        counted.span = number;
        counted.spanCount++;
      }
      before = counted;
    }
  }

  /** The most frequent first, those of resources alone behind. */
  sorted(): { readonly keys: readonly AttributeKey[]; readonly left: number } {
    const counts = new Map<string, { spanCount: number; isOfResource: boolean }>();
    const add = (key: string, spanCount: number, isOfResource: boolean) => {
      const known = counts.get(key) ?? { spanCount: 0, isOfResource: true };
      known.spanCount += spanCount;
      known.isOfResource &&= isOfResource;
      counts.set(key, known);
    };
    for (const { resourceKeys, keys, spanCount } of this.#shares.values()) {
      for (const key of resourceKeys) add(key, spanCount, !keys.has(key));
      for (const { key, spanCount: own } of keys.values())
        if (!resourceKeys.has(key)) add(key, own, false);
    }
    const keys = Array.from(counts, ([key, counted]) => ({ key, ...counted }));
    keys.sort(
      (a, b) =>
        Number(a.isOfResource) - Number(b.isOfResource) ||
        b.spanCount - a.spanCount ||
        (a.key < b.key ? -1 : 1),
    );
    return { keys, left: this.#left };
  }

  #shareOf(resource: Uint8Array): Share {
    const frame = this.#frames.resource(resource);
    let share = this.#shares.get(frame);
    if (share === undefined) {
      share = {
        resourceKeys: new Set(frame.attributes.map(({ key }) => key)),
        keys: new Map(),
        first: countedOf(Buffer.alloc(0)),
        spanCount: 0,
      };
      this.#shares.set(frame, share);
    }
    return share;
  }

  #counted(keys: Map<string, Counted>, bytes: Uint8Array): Counted | undefined {
    const made = countedOf(Buffer.from(bytes));
    const known = keys.get(made.key);
    if (known !== undefined) return known;
    if (this.#keyCount === KEYS_COUNTED_MAX) {
      this.#left = 1;
      return undefined;
    }
    this.#keyCount++;
    keys.set(made.key, made);
    return made;
  }
}

function countedOf(bytes: Buffer): Counted {
  return { bytes, key: bytes.toString('utf8'), spanCount: 0, span: 0, next: undefined };
}
