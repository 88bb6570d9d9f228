/**
 * What a thread of a program does, handed to the thread that reports on it (sdk/reports): its calls as they begin and end, the spans of
 * OpenTelemetry, and which functions there are.
 */
import type { SpanContext } from '@opentelemetry/api';
import { ActivityRing } from '../sdk/reports/activity-ring.ts';
import type { FunctionFacts } from '../sdk/reports/open-activity.ts';
import { reportFrames } from '../sdk/reports/process-frames.ts';
import type { ProgramReports } from '../sdk/reports/program-reports.ts';
import type { ReportFrames } from '../sdk/reports/report-messages.ts';
import { realNow } from '../telemetry/real-now.ts';
import type { SpanOrigin } from './calls/call-span.ts';
import type { CallTracker } from './calls/call-tracker.ts';
import type { RemoteParent } from './trace-parent.ts';

interface EndingSpan {
  spanContext(): SpanContext;
  readonly status: { readonly code: number };
}

interface StartingSpan {
  spanContext(): SpanContext;
  readonly kind: number;
  readonly parentSpanContext?: SpanContext | undefined;
}

const SAMPLED = 1;

export class ProgramActivity {
  readonly ring: ActivityRing = new ActivityRing();
  #reports: ProgramReports | undefined;
  readonly #origin: SpanOrigin;
  /** Functions that were handed over. */
  #functionCount = 0;
  #openSpans = 0;
  #tracker: CallTracker | undefined;

  constructor(origin: SpanOrigin) {
    this.#origin = origin;
  }

  /** Before anything of the program runs. */
  watch(reports: ProgramReports, tracker: CallTracker, root: RemoteParent | undefined): void {
    this.#reports = reports;
    this.#tracker = tracker;
    reports.watch(() => ({
      ring: this.ring.memory,
      seeds: tracker.seeds,
      root: root && { traceId: root.traceId, spanId: root.spanId, traceFlags: root.traceFlags },
      timeOrigin: performance.timeOrigin,
      frames: this.frames,
      counts: tracker.table.calls.buffer,
      functions: this.#newFunctions(tracker),
    }));
  }

  /** A module was loaded whose functions are in the table now; nothing of it has run yet. */
  functionsAdded(): void {
    const tracker = this.#tracker;
    const reports = this.#reports;
    if (tracker === undefined || reports === undefined) return;
    if (!reports.isStarted) reports.start();
    else reports.addFunctions(this.#newFunctions(tracker), tracker.table.calls.buffer);
  }

  /** The program has told what it is. */
  resourceChanged(): void {
    this.#reports?.setFrames(this.frames);
  }

  spanStarted(span: StartingSpan): void {
    const ids = span.spanContext();
    if ((ids.traceFlags & SAMPLED) === 0) return;
    this.#reports?.start();
    this.#openSpans++;
    this.ring.start(ids, span.parentSpanContext?.spanId, span.kind + 1, realNow());
  }

  spanEnded(span: EndingSpan): void {
    const ids = span.spanContext();
    if ((ids.traceFlags & SAMPLED) === 0) return;
    this.#openSpans--;
    this.ring.end(ids.spanId, span.status.code, realNow());
  }

  get isAnythingOpen(): boolean {
    return this.#openSpans > 0 || (this.#tracker?.openCount ?? 0) > 0;
  }

  get frames(): ReportFrames {
    return reportFrames(this.#origin.resource, this.#origin.scope);
  }

  #newFunctions({ table }: CallTracker): FunctionFacts[] {
    const facts: FunctionFacts[] = [];
    for (; this.#functionCount < table.functions.length; this.#functionCount++) {
      const { name, attributes } = table.described(this.#functionCount);
      facts.push({ name, attributes: attributes as FunctionFacts['attributes'] });
    }
    return facts;
  }
}
