/**
 * Tells of a program's spans that are open for OPEN_MS, and of their checkpoints, from slices on its event loop. A span that ends sooner
 * costs nothing more than before. What is not sampled is told to nobody.
 *
 * Bound: LOOKED_AT spans looked at for checkpoints each time, in turn, and told of at the end.
 */
import { CHECKPOINT_EVENT } from '../../model/checkpoint.ts';
import {
  checkpointRecord,
  endRecord,
  type FramedRecord,
  startRecord,
} from '../../otlp/write-log-events.ts';
import type { SdkSpan } from '../../otlp/write-sdk-span.ts';
import type { OldSpan, RunningSpans } from '../running-spans.ts';
import type { SpanFrames } from '../span-frames.ts';
import { untraced } from '../suppressed-tracing.ts';
import { ProcessFrames } from './process-frames.ts';
import type { ProgramReports } from './program-reports.ts';
import { LOOK_MS, OPEN_MS } from './report-limits.ts';
import type { ReportFrames } from './report-messages.ts';

const LOOKED_AT = 2_048;
const LOOKS = OPEN_MS / LOOK_MS;
const SAMPLED = 1;

export class StartedSpans {
  readonly #running: RunningSpans;
  readonly #frames: SpanFrames;
  readonly #reports: ProgramReports;
  readonly #processFrames = new ProcessFrames();
  readonly #timer: NodeJS.Timeout;
  #isWatching = false;
  /** Numbers that spans had still to be given at the last looks. */
  #bounds: number[] = [];
  #cursor: Iterator<readonly [SdkSpan, OldSpan]> | undefined;
  #toldCount = 0;
  #lastFrames: ReportFrames | undefined;

  constructor(running: RunningSpans, frames: SpanFrames, reports: ProgramReports) {
    this.#running = running;
    this.#frames = frames;
    this.#reports = reports;
    this.#timer = setTimeout(() => untraced(() => this.#look()), LOOK_MS).unref();
  }

  /** A span has started. */
  notice(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    this.#timer.refresh();
  }

  /** A span has ended and will not be sent. */
  withdraw(span: SdkSpan): void {
    if (this.#toldCount === 0) return;
    const { traceId, spanId } = span.spanContext();
    const end = { traceId, spanId, time: span.endTime, status: 0, isWithdrawn: true };
    this.#send([this.#framed(span, endRecord(end))]);
  }

  /** Of what was told last; undefined where nothing was. */
  get frames(): ReportFrames | undefined {
    return this.#lastFrames;
  }

  /** Of what is open, however short, the oldest LOOKED_AT: the program has no other turn. */
  tellAll(): void {
    const records: FramedRecord[] = [];
    for (const span of this.#running.age(this.#running.next).slice(0, LOOKED_AT))
      this.#try(() => this.#start(span, records));
    if (records.length > 0) this.#send(records);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#isWatching = true;
  }

  #look(): void {
    const running = this.#running;
    const records: FramedRecord[] = [];
    // Numbered before the look before last: open for as long as two looks are apart.
    const bound = this.#bounds.length === LOOKS ? this.#bounds.shift() : undefined;
    this.#bounds.push(running.next);
    if (bound !== undefined) {
      for (const span of running.age(bound)) this.#try(() => this.#start(span, records));
    }
    for (const [span, old] of this.#inTurn())
      this.#try(() => this.#checkpoints(span, old, records));
    if (records.length > 0 || this.#toldCount !== running.oldCount) this.#send(records);
    this.#isWatching = running.count > 0;
    if (this.#isWatching) this.#timer.refresh();
    else this.#bounds = [];
  }

  *#inTurn(): Iterable<readonly [SdkSpan, OldSpan]> {
    for (let looked = 0; looked < Math.min(LOOKED_AT, this.#running.oldCount); looked++) {
      this.#cursor ??= this.#running.old();
      const { value, done } = this.#cursor.next();
      if (done) this.#cursor = undefined;
      else yield value;
    }
  }

  #start(span: SdkSpan, records: FramedRecord[]): void {
    const { traceId, spanId, traceFlags } = span.spanContext();
    if ((traceFlags & SAMPLED) === 0) return;
    const record = startRecord({
      traceId,
      spanId,
      parentSpanId: span.parentSpanContext?.spanId,
      name: span.name,
      kind: span.kind + 1,
      time: span.startTime,
      flags: traceFlags,
      attributes: span.attributes,
      // More than its ring knows of it.
      revision: 1,
    });
    records.push(this.#framed(span, record));
  }

  #checkpoints(span: SdkSpan, old: OldSpan, records: FramedRecord[]): void {
    const { events, droppedEventsCount } = span;
    const seen = events.length + droppedEventsCount;
    const fresh = Math.min(seen - old.events, events.length);
    old.events = seen;
    const context = span.spanContext();
    if (fresh === 0 || (context.traceFlags & SAMPLED) === 0) return;
    for (const { name, time, attributes } of events.slice(-fresh)) {
      if (name !== CHECKPOINT_EVENT) continue;
      records.push(this.#framed(span, checkpointRecord(context, time, attributes ?? {})));
    }
  }

  #framed(span: SdkSpan, record: Uint8Array): FramedRecord {
    return {
      record,
      resource: this.#processFrames.resource(span.resource),
      scope: this.#frames.scope(span.instrumentationScope),
    };
  }

  #send(records: readonly FramedRecord[]): void {
    const [first] = records;
    if (first !== undefined) this.#lastFrames = { resource: first.resource, scope: first.scope };
    if (this.#lastFrames === undefined) return;
    this.#toldCount = this.#running.oldCount;
    this.#reports.tell(records, this.#toldCount, this.#lastFrames);
  }

  /** An attribute may be a getter of the program's that throws: it is told with the span, or not at all. */
  #try(tell: () => void): void {
    try {
      tell();
    } catch {
      // The span itself is counted as unreadable when it ends.
    }
  }
}
