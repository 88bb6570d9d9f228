/**
 * What a flame graph draws: boxes in rows, each with where it begins and ends on the axis. In time, a box is a span and a row a lane; merged, a
 * box is all calls of one name under one caller. Boxes of one row do not overlap and are in order, so that what is seen is found by bisection.
 */
import { FAILED, FLAG, type Outline, RUNNING } from '../../../../data/outline.ts';

export interface FlameBoxes {
  /** By row: the first of its boxes in `box`; one more at the end. */
  readonly rowStart: Uint32Array;
  /** Boxes row by row, in the order of the axis. */
  readonly box: Uint32Array;
  /** By box. */
  readonly row: Uint32Array;
  readonly from: Float64Array;
  readonly to: Float64Array;
  readonly rowCount: number;
}

/** One box a span of the rows; lanes as the collector has laid them, from the first that is used. */
export function timeBoxes(
  outline: Outline,
  { first, end }: { readonly first: number; readonly end: number },
): FlameBoxes {
  const { rowCount, start, duration, lane, status, flags } = outline;
  const row = new Uint32Array(rowCount);
  const to = new Float64Array(rowCount);
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (let span = first; span < end; span++) {
    low = Math.min(low, lane[span]!);
    high = Math.max(high, lane[span]!);
    const goesOn = status[span] === RUNNING && (flags[span]! & FLAG.stale) === 0;
    to[span] = goesOn ? Number.POSITIVE_INFINITY : start[span]! + duration[span]!;
  }
  if (end <= first) low = 0;
  for (let span = first; span < end; span++) row[span] = lane[span]! - low;
  const order = new Uint32Array(end - first);
  for (let at = 0; at < order.length; at++) order[at] = first + at;
  order.sort((a, b) => start[a]! - start[b]! || a - b);
  return laid({ order, row, from: start, to, rowCount: end > first ? high - low + 1 : 0 });
}

/** Calls of one name of one service under one caller are one box, as wide as the time that was spent in it and below. */
export interface MergedCalls {
  readonly boxes: FlameBoxes;
  readonly parent: Int32Array;
  readonly name: Uint32Array;
  readonly service: Uint16Array;
  readonly count: Uint32Array;
  readonly errors: Uint32Array;
  /** Nanoseconds: durations, and times without children, added up. */
  readonly total: Float64Array;
  readonly self: Float64Array;
  /** Self times of it and all below: its width. Calls of it and all below where no span took any time. */
  readonly value: Float64Array;
  readonly isByCalls: boolean;
  /** A span of each, the longest. */
  readonly example: Uint32Array;
  /** By span: its box. */
  readonly boxOf: Int32Array;
  readonly boxCount: number;
  readonly width: number;
}

/** What the found rows, rising, and what is below them took by themselves; each span once. Linear. */
export function spentIn(
  { self, subtreeEnd }: Pick<Outline, 'self' | 'subtreeEnd'>,
  { first, end }: { readonly first: number; readonly end: number },
  found: ArrayLike<number>,
): number {
  let nanos = 0;
  let next = first;
  for (let at = 0; at < found.length; at++) {
    const row = found[at]!;
    if (row < next || row >= end) continue;
    next = Math.min(end, subtreeEnd[row]!);
    for (let span = row; span < next; span++) nanos += self[span]!;
  }
  return nanos;
}

export function mergedCalls(
  outline: Outline,
  { first, end }: { readonly first: number; readonly end: number },
): MergedCalls {
  const { rowCount, parent, name, service, duration, self, status, services } = outline;
  const size = end - first;
  const made = {
    parent: new Int32Array(size),
    name: new Uint32Array(size),
    service: new Uint16Array(size),
    count: new Uint32Array(size),
    errors: new Uint32Array(size),
    total: new Float64Array(size),
    self: new Float64Array(size),
    value: new Float64Array(size),
    example: new Uint32Array(size),
  };
  const row = new Uint32Array(size);
  const boxOf = new Int32Array(rowCount).fill(-1);
  /** By caller: a box for each (name, service). */
  const children: Map<number, number>[] = [new Map()];
  let boxCount = 0;
  for (let span = first; span < end; span++) {
    const above = parent[span]! < first ? -1 : boxOf[parent[span]!]!;
    const key = name[span]! * (services.length + 1) + service[span]!;
    const siblings = children[above + 1]!;
    let box = siblings.get(key);
    if (box === undefined) {
      box = boxCount++;
      siblings.set(key, box);
      children[box + 1] = new Map();
      made.parent[box] = above;
      made.name[box] = name[span]!;
      made.service[box] = service[span]!;
      made.example[box] = span;
      row[box] = above < 0 ? 0 : row[above]! + 1;
    }
    boxOf[span] = box;
    made.count[box]!++;
    if (status[span] === FAILED) made.errors[box]!++;
    made.total[box]! += duration[span]!;
    made.self[box]! += self[span]!;
    if (duration[span]! > duration[made.example[box]!]!) made.example[box] = span;
  }
  const isByCalls = !made.self.some((nanos) => nanos > 0);
  const own = isByCalls ? made.count : made.self;
  // Callers have lower numbers than what they call: from the last up, each is complete when it is met.
  for (let box = boxCount - 1; box >= 0; box--) {
    made.value[box]! += own[box]!;
    if (made.parent[box]! >= 0) made.value[made.parent[box]!]! += made.value[box]!;
  }
  return { ...made, ...layMerged(made, children, row, boxCount), isByCalls, boxOf, boxCount };
}

/** The widest to the left. */
function layMerged(
  { parent, value }: Pick<MergedCalls, 'parent' | 'value'>,
  children: readonly Map<number, number>[],
  row: Uint32Array,
  boxCount: number,
): Pick<MergedCalls, 'boxes' | 'width'> {
  const from = new Float64Array(boxCount);
  const to = new Float64Array(boxCount);
  let width = 0;
  let rowCount = 0;
  for (let caller = -1; caller < boxCount; caller++) {
    const inside = [...children[caller + 1]!.values()].sort((a, b) => value[b]! - value[a]!);
    let at = caller < 0 ? 0 : from[caller]!;
    for (const box of inside) {
      from[box] = at;
      at += value[box]!;
      to[box] = at;
      rowCount = Math.max(rowCount, row[box]! + 1);
      if (parent[box]! < 0) width = at;
    }
  }
  const order = Uint32Array.from(from.keys()).sort((a, b) => from[a]! - from[b]! || a - b);
  return { boxes: laid({ order, row, from, to, rowCount }), width };
}

interface Laid extends Omit<FlameBoxes, 'rowStart' | 'box'> {
  readonly order: Uint32Array;
}

/** Boxes in the order of the axis, row by row: a counting sort. */
function laid({ order, row, from, to, rowCount }: Laid): FlameBoxes {
  const rowStart = new Uint32Array(rowCount + 1);
  for (const box of order) rowStart[row[box]! + 1]!++;
  for (let at = 0; at < rowCount; at++) rowStart[at + 1]! += rowStart[at]!;
  const next = rowStart.slice();
  const box = new Uint32Array(order.length);
  for (const one of order) box[next[row[one]!]!++] = one;
  return { rowStart, box, row, from, to, rowCount };
}

/** The place in `box` of the first of a row that ends behind a point of the axis. */
export function firstBehind({ box, to, rowStart }: FlameBoxes, row: number, at: number): number {
  let low = rowStart[row]!;
  let high = rowStart[row + 1]!;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (to[box[middle]!]! > at) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The box at a point, or −1. */
export function boxAt(boxes: FlameBoxes, row: number, at: number, slack: number): number {
  if (row < 0 || row >= boxes.rowCount) return -1;
  const place = firstBehind(boxes, row, at - slack);
  if (place >= boxes.rowStart[row + 1]!) return -1;
  const box = boxes.box[place]!;
  return boxes.from[box]! <= at + slack ? box : -1;
}

/** The box before or behind one in its row; −1 at the end. */
export function boxBeside(boxes: FlameBoxes, box: number, direction: 1 | -1): number {
  const row = boxes.row[box]!;
  const [first, end] = [boxes.rowStart[row]!, boxes.rowStart[row + 1]!];
  for (let place = first; place < end; place++) {
    if (boxes.box[place] !== box) continue;
    const beside = place + direction;
    return beside < first || beside >= end ? -1 : boxes.box[beside]!;
  }
  return -1;
}
