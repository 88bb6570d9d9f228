import { describe, expect, test } from 'vitest';
import type { Outline } from '../../../../../src/web/data/outline.ts';
import {
  boxAt,
  boxBeside,
  firstBehind,
  mergedCalls,
  spentIn,
  timeBoxes,
} from '../../../../../src/web/views/trace/tabs/flame/flame-rows.ts';

interface Span {
  readonly parent: number;
  readonly name: string;
  readonly start: number;
  readonly duration: number;
  readonly self: number;
  readonly lane: number;
  readonly status?: number;
  readonly flags?: number;
}

const COMPLETED = 1;
const FAILED = 2;

function outlineOf(spans: readonly Span[]): Outline {
  const names = [...new Set(spans.map(({ name }) => name))];
  const numbers = (key: 'start' | 'duration' | 'self') =>
    Float64Array.from(spans, (span) => span[key]);
  return {
    ...{ rowCount: spans.length, names, services: ['shop'] },
    parent: Int32Array.from(spans, ({ parent }) => parent),
    name: Uint32Array.from(spans, ({ name }) => names.indexOf(name)),
    service: new Uint16Array(spans.length),
    ...{ start: numbers('start'), duration: numbers('duration'), self: numbers('self') },
    lane: Uint16Array.from(spans, ({ lane }) => lane),
    status: Uint8Array.from(spans, ({ status = COMPLETED }) => status),
    flags: Uint16Array.from(spans, ({ flags = 0 }) => flags),
  } as unknown as Outline;
}

/** order ─ query 10–20, query 30–60 (failed), charge 60–90 ─ post 65–85 */
const outline = outlineOf([
  { parent: -1, name: 'order', start: 0, duration: 100, self: 30, lane: 0 },
  { parent: 0, name: 'query', start: 10, duration: 10, self: 10, lane: 1 },
  { parent: 0, name: 'query', start: 30, duration: 30, self: 30, lane: 1, status: FAILED },
  { parent: 0, name: 'charge', start: 60, duration: 30, self: 10, lane: 1 },
  { parent: 3, name: 'post', start: 65, duration: 20, self: 20, lane: 2 },
]);
const all = { first: 0, end: 5 };

describe('in time', () => {
  const boxes = timeBoxes(outline, all);

  test('spans lie in their lanes, in order', () => {
    expect(boxes.rowCount).toBe(3);
    expect([...boxes.rowStart]).toEqual([0, 1, 4, 5]);
    expect([...boxes.box]).toEqual([0, 1, 2, 3, 4]);
  });

  test('what is at a point is found, and what is beside it', () => {
    expect(boxAt(boxes, 1, 15, 0)).toBe(1);
    expect(boxAt(boxes, 1, 25, 0)).toBe(-1);
    expect(boxAt(boxes, 1, 25, 6)).toBe(1);
    expect(boxAt(boxes, 9, 15, 0)).toBe(-1);
    expect(boxBeside(boxes, 1, 1)).toBe(2);
    expect(boxBeside(boxes, 3, 1)).toBe(-1);
    expect(boxes.box[firstBehind(boxes, 1, 20)]).toBe(2);
  });

  test('a sub-tree begins at the top', () => {
    const part = timeBoxes(outline, { first: 3, end: 5 });
    expect(part.rowCount).toBe(2);
    expect([...part.box]).toEqual([3, 4]);
    expect(timeBoxes(outline, { first: 2, end: 2 }).rowCount).toBe(0);
  });

  test('what runs has no end, unless its process is gone', () => {
    const running = outlineOf([
      { parent: -1, name: 'a', start: 0, duration: 10, self: 10, lane: 0, status: 0 },
      { parent: -1, name: 'b', start: 0, duration: 10, self: 10, lane: 1, status: 0, flags: 1 },
    ]);
    expect([...timeBoxes(running, { first: 0, end: 2 }).to]).toEqual([
      Number.POSITIVE_INFINITY,
      10,
    ]);
  });
});

describe('merged', () => {
  const merged = mergedCalls(outline, all);
  const named = (name: string) =>
    [...merged.name.subarray(0, merged.boxCount)].findIndex((at) => outline.names[at] === name);

  test('calls of one name under one caller are one, with all of their time', () => {
    const query = named('query');
    expect(merged.boxCount).toBe(4);
    expect(merged.count[query]).toBe(2);
    expect(merged.total[query]).toBe(40);
    expect(merged.errors[query]).toBe(1);
    expect(merged.example[query]).toBe(2);
    expect(merged.boxOf[1]).toBe(merged.boxOf[2]);
  });

  test('where no call took any time, a box is as wide as the calls in it and below', () => {
    const instant = { start: 0, duration: 0, self: 0 };
    const { value, width, isByCalls } = mergedCalls(
      outlineOf([
        { parent: -1, name: 'order', lane: 0, ...instant },
        { parent: 0, name: 'query', lane: 1, ...instant },
        { parent: 0, name: 'query', lane: 1, ...instant },
        { parent: 0, name: 'charge', lane: 1, ...instant },
      ]),
      { first: 0, end: 4 },
    );
    expect([isByCalls, width, ...value.subarray(0, 3)]).toEqual([true, 4, 4, 2, 1]);
    expect(merged.isByCalls).toBe(false);
  });

  test('a box is as wide as what was spent in it and below, the widest first', () => {
    expect(merged.width).toBe(100);
    expect([...merged.value.subarray(0, 4)]).toEqual([100, 40, 30, 20]);
    const { from, to } = merged.boxes;
    expect([from[named('query')], to[named('query')]]).toEqual([0, 40]);
    expect([from[named('charge')], to[named('charge')]]).toEqual([40, 70]);
    expect([from[named('post')], to[named('post')]]).toEqual([40, 60]);
  });
});

test('a few calls of many account for their own time, each span once', () => {
  // 0 calls 1 (which calls 2), 3 and 4: all of one name would be one box.
  const outline = {
    self: Float64Array.of(5, 10, 20, 30, 40),
    subtreeEnd: Uint32Array.of(5, 3, 3, 4, 5),
  };
  const all = { first: 0, end: 5 };
  expect(spentIn(outline, all, [3])).toBe(30);
  expect(spentIn(outline, all, [1, 2, 4])).toBe(70);
  expect(spentIn(outline, all, [0, 3])).toBe(105);
  expect(spentIn(outline, { first: 1, end: 3 }, [0, 2, 4])).toBe(20);
  expect(spentIn(outline, all, [])).toBe(0);
});
