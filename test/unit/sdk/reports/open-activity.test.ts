/** What is told of a thread whose ring is read: what stays open, with its callers, and what it cannot tell itself. */
import { beforeEach, expect, test } from 'vitest';
import { type LogEvent, readLogEvents } from '../../../../src/otlp/read-log-events.ts';
import { readSpan } from '../../../../src/otlp/read-span.ts';
import { logsRequest } from '../../../../src/otlp/write-log-events.ts';
import {
  ActivityReader,
  ActivityRing,
  CONTEXT,
} from '../../../../src/sdk/reports/activity-ring.ts';
import { newIdSeeds, numberedSpanId } from '../../../../src/sdk/reports/numbered-ids.ts';
import { OpenActivity } from '../../../../src/sdk/reports/open-activity.ts';

const NOTHING = new Uint8Array(0);
const ROOT = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 };
const seeds = newIdSeeds();
let ring: ActivityRing;
let reader: ActivityReader;
let activity: OpenActivity;
let told: string[];

beforeEach(() => {
  ring = new ActivityRing();
  reader = new ActivityReader(ring.memory);
  told = [];
  activity = new OpenActivity({
    seeds,
    root: ROOT,
    timeOrigin: 1_700_000_000_000,
    functionAt: (row) => (row < 0 ? undefined : { name: `f${row}`, attributes: {} }),
    tell: (record) => {
      const [event] = readLogEvents(logsRequest([{ record, resource: NOTHING, scope: NOTHING }]));
      told.push(textOf(event!));
    },
  });
});

function textOf(event: LogEvent): string {
  if (event.type === 'start') {
    const { name, spanId, parentSpanId } = readSpan(event.span);
    return `start ${name || spanId} below ${parentSpanId}`;
  }
  if (event.type !== 'end') return event.type;
  const id = Buffer.from(event.spanId).toString('hex');
  return `${event.isWithdrawn ? 'withdrawn' : 'end'} ${id} ${event.status}`;
}

const id = (call: number) => numberedSpanId(seeds, call);
const drain = (nowMs: number) => reader.drain((...record) => activity.take(...record, nowMs));

function look(nowMs: number): string[] {
  drain(nowMs);
  activity.report(nowMs);
  return told.splice(0);
}

test('a call is told once, when it is open for 50 ms, and its callers before it', () => {
  ring.enter(1, 1, 0, 100);
  ring.enter(2, 2, 1, 120);
  ring.enter(3, 3, 2, 121);
  ring.exit(3, 0, 122);
  expect(look(149)).toEqual([]);
  expect(look(150)).toEqual([`start f1 below ${ROOT.spanId}`]);
  expect(look(175)).toEqual([`start f2 below ${id(1)}`]);
  expect(look(500)).toEqual([]);
  expect(activity.openCount).toBe(2);
  ring.exit(2, 2, 501);
  ring.exit(1, 0, 501);
  // The one is a span, which its own thread sends; the other was only counted.
  expect(look(502)).toEqual([`withdrawn ${id(1)} 0`]);
  expect(activity.openCount).toBe(0);
});

test('what ended is told only where the thread cannot, with callers that ended before', () => {
  ring.enter(1, 1, 0, 100);
  ring.enter(2, 2, 1, 101);
  ring.exit(1, 2, 102);
  ring.exit(2, 3, 103);
  expect(look(110)).toEqual([]);
  expect(activity.endedCount).toBe(2);
  activity.settle(109);
  expect(activity.endedCount).toBe(2);
  activity.tellEnded();
  expect(told).toEqual([
    `start f1 below ${ROOT.spanId}`,
    `end ${id(1)} 0`,
    `start f2 below ${id(1)}`,
    `end ${id(2)} 2`,
  ]);
  told.length = 0;
  ring.enter(1, 3, 0, 104);
  ring.exit(3, 2, 105);
  drain(111);
  activity.settle(111);
  activity.tellEnded();
  expect(told).toEqual([]);
});

test('what is suppressed, or not sampled, is told to nobody; a context is a parent', () => {
  ring.context(CONTEXT.first, 'c'.repeat(32), 'd'.repeat(16), 1);
  ring.context(CONTEXT.first + 1, 'c'.repeat(32), 'd'.repeat(16), 0);
  ring.enter(1, 1, -CONTEXT.suppressed, 0);
  ring.enter(2, 2, 1, 0);
  ring.enter(3, 3, -CONTEXT.first, 0);
  ring.enter(4, 4, -(CONTEXT.first + 1), 0);
  ring.enter(5, 5, -CONTEXT.none, 0);
  expect(look(60)).toEqual([`start f3 below ${'d'.repeat(16)}`, 'start f5 below ']);
});

test('spans of others, by their ids', () => {
  ring.start({ ...ROOT, spanId: '1'.repeat(16) }, undefined, 3, 10);
  ring.start({ ...ROOT, spanId: '2'.repeat(16) }, '1'.repeat(16), 1, 11);
  ring.end('2'.repeat(16), 2, 70);
  expect(look(71)).toEqual([`start ${'1'.repeat(16)} below `]);
  activity.tellEnded();
  expect(told).toEqual([
    `start ${'2'.repeat(16)} below ${'1'.repeat(16)}`,
    `end ${'2'.repeat(16)} 2`,
  ]);
});

test('after a loss nothing is told that may have ended', () => {
  ring.enter(1, 1, 0, 0);
  look(60);
  ring.enter(2, 2, 1, 61);
  drain(62);
  activity.miss(10);
  expect(look(200)).toEqual([]);
  expect(activity.lost).toBe(10);
  expect(activity.openCount).toBe(1);
});
