/**
 * The thread that reports what a program has open, also while the program's own thread is blocked, and finishes what that cannot at its
 * end. It keeps no process alive. A composition root: it names where reports go.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { type FramedRecord, processRecord } from '../../otlp/write-log-events.ts';
import { ActivityReader, CONTROL } from './activity-ring.ts';
import { CallCounts } from './call-counts.ts';
import { OpenActivity } from './open-activity.ts';
import { ALIVE_MS, LOOK_MS } from './report-limits.ts';
import type { FromReports, ReportData, ReportFrames, ToReports } from './report-messages.ts';
import { openReportSink, type ReportSink } from './report-sink.ts';
import type { ReportTarget } from './report-target.ts';
import { hrTimeSince } from './span-time.ts';

/** What ended before that was sent by the program itself, if it turns. */
const SENT_AFTER_MS = 300;

const data = workerData as ReportData;
const { calls } = data;
const control = new Int32Array(calls?.ring.control ?? data.control);
const port = parentPort!;
const post = (message: FromReports): void => port.postMessage(message);
const sinks = new Map<string, ReportSink>();
const reader = calls && new ActivityReader(calls.ring);
const counts = calls && new CallCounts(calls);
const activity =
  calls &&
  new OpenActivity({
    ...calls,
    functionAt: (row) => counts!.functionAt(row),
    tell: (record) => tell({ record, ...callFrames! }),
  });
let callFrames = calls?.frames;
/** Of whoever told last. */
let processFrames: ReportFrames | undefined = calls?.frames;
let openCount = 0;
let toldMs = 0;
let turn = 0;
let looks = 0;

function tell(record: FramedRecord): void {
  for (const sink of sinks.values()) sink.add(record);
}

function setTargets(targets: readonly ReportTarget[]): void {
  const wanted = new Map(targets.map((target) => [JSON.stringify(target), target]));
  for (const [key, sink] of sinks) {
    if (wanted.has(key)) continue;
    sinks.delete(key);
    void sink.close();
  }
  for (const [key, target] of wanted) {
    if (sinks.has(key)) continue;
    sinks.set(
      key,
      openReportSink(target, {
        toAnybody: data.toAnybody,
        onStop: (reason) => post({ type: 'stopped', reason }),
        onDrop: (records) => post({ type: 'dropped', records }),
      }),
    );
  }
}

/** As the watched thread's clock counts. */
function nowMs(): number {
  return performance.timeOrigin + performance.now() - (calls?.timeOrigin ?? 0);
}

function drain(): void {
  if (reader === undefined || activity === undefined) return;
  const atMs = nowMs();
  const lost = reader.drain((tag, a, b, c) => activity.take(tag, a, b, c, atMs));
  if (lost > 0) activity.miss(lost);
}

function look(): void {
  drain();
  if (activity !== undefined) {
    activity.report(nowMs());
    tellWhatEnded(activity);
    if (looks++ % 2 === 0) tellCounts(activity);
  }
  const isOpen = openCount > 0 || (activity?.openCount ?? 0) > 0;
  if (isOpen && performance.now() - toldMs > ALIVE_MS) sign('alive');
  for (const sink of sinks.values()) sink.pump();
}

/** The watched thread is asked whether it turns; while it has not answered, it cannot send what ended. */
function tellWhatEnded(watched: OpenActivity): void {
  const hasAnswered = Atomics.load(control, CONTROL.turn) === turn;
  if (!hasAnswered) watched.tellEnded();
  else watched.settle(nowMs() - SENT_AFTER_MS);
  if (hasAnswered && watched.endedCount > 0) post({ type: 'turn', number: ++turn });
}

function tellCounts({ lost }: OpenActivity): void {
  const record = counts?.record(lost);
  if (record !== undefined) tell({ record, ...callFrames! });
}

function sign(what: 'alive' | 'exit', attributes = {}): void {
  if (processFrames === undefined) return;
  const time = hrTimeSince(performance.timeOrigin, performance.now());
  tell({ record: processRecord(what, time, attributes), ...processFrames });
  toldMs = performance.now();
}

async function exit({ code, frames, isProcess, requests }: Extract<ToReports, { type: 'exit' }>) {
  clearInterval(timer);
  drain();
  activity?.tellAll();
  if (activity !== undefined) tellCounts(activity);
  if (frames !== undefined) processFrames = frames;
  if (frames !== undefined && isProcess) sign('exit', { 'process.exit.code': code });
  await Promise.allSettled([...sinks.values()].map((sink) => sink.finish(requests)));
  Atomics.store(control, CONTROL.done, 1);
  Atomics.notify(control, CONTROL.done);
}

port.on('message', (message: ToReports) => {
  if (message.type === 'targets') setTargets(message.targets);
  else if (message.type === 'functions') counts?.add(message.functions, message.counts);
  else if (message.type === 'frames') {
    callFrames = message.frames;
    processFrames = message.frames;
  } else if (message.type === 'records') {
    openCount = message.openCount;
    processFrames = message.frames;
    if (message.records.length > 0) toldMs = performance.now();
    for (const record of message.records) tell(record);
    for (const sink of sinks.values()) sink.pump();
  } else void exit(message);
});
setTargets(data.targets);
const timer = setInterval(look, LOOK_MS);
