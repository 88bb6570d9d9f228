/**
 * Synton inside a program: a SpanProcessor for @opentelemetry/sdk-trace-base 2.x and sdk-trace 3.x alike.
 *
 * It owns the life of the parts and the hooks that the SDK calls. A hook stores a reference and returns;
 * all else happens in slices on the event loop and on worker threads, and no hook ever throws. It is made
 * at once: what is heavy is loaded beside, and spans wait in the buffer until it is there.
 *
 *   onStart → RunningSpans ─────────────────────────────┐
 *   onEnd → EndedSpans → SpanDrain (RequestEncoder) → SpanHome → views, store, destination
 *
 * Bounds: `maxEndedSpans`, `maxRunningSpans`; forceFlush and shutdown take as long as
 * OTEL_BSP_EXPORT_TIMEOUT says, 30 s where it is unset (flush-patience.ts).
 */
import { systemClock } from '../model/clock.ts';
import type { SdkSpan } from '../otlp/write-sdk-span.ts';
import { writeLateSpans } from '../runtime/left-behind.ts';
import type { TraceRuntimeSettings } from '../runtime/trace-runtime-contract.ts';
import { Counters, type DropReason } from '../telemetry/counters.ts';
import type { ViewRenderer } from '../views/view-renderer.ts';
import { encodeSpans } from './encode-spans.ts';
import { EndedSpans } from './ended-spans.ts';
import { deliveryTo } from './exporter-delivery.ts';
import { FlushPatience } from './flush-patience.ts';
import type { ProcessorOptions } from './processor-options.ts';
import { type ProcessorSettings, processorSettings } from './processor-settings.ts';
import { ProcessorUnavailable } from './processor-unavailable.ts';
import { ProcessorViews } from './processor-views.ts';
import { ProgramLog } from './program-log.ts';
import { ProgramReports } from './reports/program-reports.ts';
import type { ReportFrames } from './reports/report-messages.ts';
import { reportTargets } from './reports/report-target.ts';
import { StartedSpans } from './reports/started-spans.ts';
import { RequestEncoder } from './request-encoder.ts';
import { RunningSpans } from './running-spans.ts';
import { orAborted, SpanDrain } from './span-drain.ts';
import { SpanFrames } from './span-frames.ts';
import { type HomePlace, SpanHome } from './span-home.ts';
import { untraced } from './suppressed-tracing.ts';

/** How long a request for the store is tried before its spans are given up. */
const GIVE_UP_AFTER_MS = 60_000;
/** Of a flush after one that was given up. */
const STALLED_MS = 100;
/** How long an answer waits for spans that ended just before the question. */
const VIEW_WAIT_MS = 10_000;

/** What a collector of traces in memory says beside the options; a program has no use for it. */
export interface ProcessorSurroundings {
  /** Instead of the process's own variables. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Memory is what is wanted: not worth a word. */
  readonly isMemoryMeant?: boolean;
  /** Somebody else sees to the end of the process, with `finish`. */
  readonly isFinished?: boolean;
  /** Somebody else tells what was dropped: nothing is said of it on the console. */
  readonly isDropTold?: boolean;
  /** A flush is given up, within its time, when nothing has come forward for so long. */
  readonly stall?: {
    /** Where the destination has never taken anything and now refuses. */
    readonly refusedMs: number;
    readonly elseMs: number;
  };
}

export class SyntonSpanProcessor {
  readonly views: ProcessorViews;
  readonly #settings: ProcessorSettings;
  readonly #log = new ProgramLog();
  readonly #counters = new Counters();
  readonly #ended: EndedSpans;
  readonly #running: RunningSpans;
  readonly #drain: SpanDrain;
  readonly #home: SpanHome;
  readonly #started: Promise<void>;
  /** Of open spans, where somebody is told of them, and at the end. Undefined where spans go nowhere. */
  readonly reports: ProgramReports | undefined;
  readonly #startedSpans: StartedSpans | undefined;
  readonly #isFinished: boolean;
  readonly #isDropTold: boolean;
  readonly #stall: ProcessorSurroundings['stall'];
  /** The last flush was given up as nothing came forward. */
  #isStalled = false;
  #place: HomePlace = { kind: 'memory' };
  #isTaking: boolean;
  #dropped = 0;
  #flushedAtExit = false;
  /** False where time was up. */
  #closing: Promise<boolean> | undefined;
  #closed: Promise<void> | undefined;

  /** @throws ConfigError where an option is wrong */
  constructor(options: ProcessorOptions = {}, surroundings: ProcessorSurroundings = {}) {
    const { env = process.env, isMemoryMeant = false } = surroundings;
    const settings = processorSettings(options, env);
    const frames = new SpanFrames();
    const host = { clock: systemClock, counters: this.#counters, log: this.#log };
    this.#isFinished = surroundings.isFinished ?? false;
    this.#isDropTold = surroundings.isDropTold ?? false;
    this.#stall = surroundings.stall;
    this.reports = this.#programReports(settings);
    this.#settings = settings;
    this.#isTaking = settings.enabled;
    this.#ended = new EndedSpans(settings.enabled ? settings.maxEndedSpans : 1);
    this.#running = new RunningSpans(settings.maxRunningSpans, frames);
    if (this.reports !== undefined && settings.openSpans !== false)
      this.#startedSpans = new StartedSpans(this.#running, frames, this.reports);
    this.#home = new SpanHome(runtimeSettings(settings, this.#running), {
      ...host,
      onPlace: (place) => this.#moved(place),
    });
    this.#drain = new SpanDrain(
      {
        ended: this.#ended,
        encoder: new RequestEncoder(frames),
        frames,
        send: (request, attempt, signal) => this.#home.send(request, attempt, signal),
        host,
      },
      {
        lingerMs: settings.lingerMs,
        gatherMax: Math.min(settings.gatherMax, settings.maxEndedSpans),
        giveUpAfterMs: GIVE_UP_AFTER_MS,
        resourceWaitMs: settings.flushTimeoutMs,
      },
    );
    this.views = new ProcessorViews(() => this.#renderer());
    for (const warning of settings.warnings) this.#log.sayOnce(warning, warning);
    this.#started = settings.enabled
      ? untraced(() => this.#start(settings.isMemoryOnly && !isMemoryMeant))
      : Promise.resolve();
  }

  /** Spans that were dropped, by reason. */
  get dropped(): Readonly<Record<DropReason, number>> {
    return this.#counters.allDropped();
  }

  onStart(span: SdkSpan, _parentContext?: unknown): void {
    if (!this.#isTaking) return;
    this.#running.start(span);
    this.#startedSpans?.notice();
  }

  onEnd(span: SdkSpan): void {
    if (!this.#isTaking) {
      if (this.#closing !== undefined) this.#counters.drop('after_shutdown');
      return;
    }
    this.#running.end(span);
    if (this.#ended.push(span)) this.#drain.notice();
    else this.#refuse(span);
  }

  /** Resolves when every span that ended before it is durable and handed to the exporter, or time is up. */
  async forceFlush(): Promise<void> {
    await this.tryFlush();
  }

  /** The same; false where time was up. */
  async tryFlush(): Promise<boolean> {
    if (this.#settings.enabled && this.#closing === undefined) {
      if (!(await this.#within((signal) => this.#flush(signal)))) return false;
    }
    // What is closed meanwhile waits for nothing, which is not to say that it arrived.
    return this.#closing ?? true;
  }

  /** Includes forceFlush. Later calls get the first one's promise; spans that end after it are counted. */
  shutdown(): Promise<void> {
    if (this.#closed === undefined) {
      this.#closing = this.#close();
      this.#closed = this.#closing.then(() => {});
    }
    return this.#closed;
  }

  async #start(saysMemoryOnly: boolean): Promise<void> {
    process.on('beforeExit', this.#beforeExit);
    if (!this.#isFinished) process.on('exit', this.#exit);
    if (saysMemoryOnly) {
      this.#log.sayOnce(
        'memory',
        'spans live in memory only: give a path (or a configuration file) to keep them',
      );
    }
    try {
      await this.#home.start();
    } catch (error) {
      this.#log.error({ error: String(error) }, 'the processor could not start');
    }
    this.#drain.open();
  }

  async #flush(signal: AbortSignal): Promise<void> {
    await orAborted(this.#started, signal);
    await this.#drain.flush(signal);
    await this.#home.drainForwarding(signal);
  }

  async #close(): Promise<boolean> {
    this.#isTaking = false;
    process.off('beforeExit', this.#beforeExit);
    process.off('exit', this.#exit);
    this.#startedSpans?.close();
    if (!this.#settings.enabled) {
      this.#drain.close();
      return true;
    }
    const isWhole = await this.#within(async (signal) => {
      await this.#flush(signal);
      this.#drain.close();
      await this.#home.shutdown(signal);
      if (!this.#isFinished) await this.reports?.close(this.#startedSpans?.frames);
    });
    this.#running.clear();
    return isWhole;
  }

  /** The event loop has run dry: the process goes on for one flush, and then lets go of everything. */
  readonly #beforeExit = (): void => {
    // Listeners of the program come after this one, and what they do is to be taken.
    setImmediate(() => {
      const isLast = this.#drain.isIdle || this.#flushedAtExit;
      this.#flushedAtExit = true;
      void (isLast ? this.shutdown() : this.forceFlush());
    });
  };

  /**
   * The process ends, and its event loop turns no more: tells so, where spans are open, and sees to those that have ended and are not
   * kept yet. Blocks. Legal twice.
   *
   * @param frames of who tells of open spans; undefined where none are
   * @param late ended lately, for a destination that may not have them; without it, what has not left the processor
   */
  finish(frames: ReportFrames | undefined, late?: readonly SdkSpan[]): void {
    const place = this.#place;
    const isSent = place.kind === 'memory' && late !== undefined;
    const requests = isSent ? encodeSpans(late) : this.#drain.takeUndelivered();
    try {
      if (place.kind === 'folder' && requests.length > 0)
        writeLateSpans(place.path, Buffer.concat(requests));
    } catch (error) {
      this.#log.error({ error: String(error) }, 'late spans were not written');
    }
    const sent = place.kind === 'folder' ? [] : requests;
    if (frames !== undefined) this.#startedSpans?.tellAll();
    if (frames !== undefined || sent.length > 0) this.reports?.finish(frames, sent);
  }

  readonly #exit = (): void => {
    const frames = this.#running.oldCount > 0 ? this.#startedSpans?.frames : undefined;
    // Nobody waits for a thread that is only started now.
    if (this.reports?.isStarted || this.#place.kind === 'folder') this.finish(frames);
  };

  #moved(place: HomePlace): void {
    this.#place = place;
    this.reports?.setTargets(reportTargets(this.#settings.runtime, place));
  }

  #programReports({ enabled, openSpans, runtime }: ProcessorSettings): ProgramReports | undefined {
    const targets = reportTargets(runtime, { kind: 'memory' });
    if (!enabled || (targets.length === 0 && runtime.persistence === undefined)) return undefined;
    const reports = new ProgramReports({
      toAnybody: openSpans === true,
      onDrop: (records) => this.#counters.drop('reports_lost', records),
      onStop: (reason) => this.#log.debug(`open spans are not told of: ${reason}`),
    });
    // Before it is known who owns the data directory; a program may be blocked by then.
    if (runtime.persistence === undefined) reports.setTargets(targets);
    return reports;
  }

  async #renderer(): Promise<ViewRenderer> {
    if (!this.#settings.enabled || this.#closing !== undefined) {
      throw new ProcessorUnavailable('the processor is switched off or shut down');
    }
    await this.#started;
    await this.#drain.handOver(AbortSignal.timeout(VIEW_WAIT_MS));
    const { views } = this.#home;
    if (views === undefined) throw new ProcessorUnavailable('the processor could not start');
    return views;
  }

  /** Runs with a deadline whose timer keeps the process alive. False where it was reached. */
  async #within(run: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
    const wholeMs = this.#settings.flushTimeoutMs;
    const stallMs = this.#stall && this.#stallMs(this.#stall);
    const patience = new FlushPatience({ wholeMs, stallMs }, () => this.#cameForward());
    try {
      await untraced(() => run(patience.signal));
    } catch (error) {
      this.#log.error({ error: String(error) }, 'flushing failed');
    } finally {
      patience.close();
    }
    const isWhole = !patience.signal.aborted;
    if (!isWhole) this.#log.warn({ wholeMs }, 'flushing took too long and was cut short');
    this.#isStalled = !isWhole;
    return isWhole;
  }

  #stallMs({ refusedMs, elseMs }: NonNullable<ProcessorSurroundings['stall']>): () => number {
    const counters = this.#counters;
    // Who stood still is not waited for twice.
    if (this.#isStalled) return () => STALLED_MS;
    return () => {
      const isRefused =
        counters.value('forward_retries') > 0 && counters.value('spans_forwarded') === 0;
      return isRefused ? refusedMs : elseMs;
    };
  }

  /** Grows while spans leave the program. */
  #cameForward(): number {
    const counters = this.#counters;
    const left = counters.value('spans_kept') + counters.value('spans_forwarded');
    return this.#ended.taken + left + counters.dropped('forward_refused');
  }

  #refuse(span: SdkSpan): void {
    this.#startedSpans?.withdraw(span);
    this.#counters.drop('buffer_full');
    if (this.#isDropTold) return;
    if (this.#dropped++ === 0) setImmediate(() => this.#reportRefused()).unref();
  }

  #reportRefused(): void {
    const { capacity } = this.#ended;
    this.#log.sayOnce(
      'buffer_full',
      `${this.#dropped} spans were dropped: more than ${capacity} ended before the event loop turned; maxEndedSpans raises the bound`,
    );
    this.#dropped = 0;
  }
}

function runtimeSettings(
  { runtime, exporter }: ProcessorSettings,
  running: RunningSpans,
): TraceRuntimeSettings {
  const deliver = exporter === undefined ? undefined : deliveryTo(exporter, runtime.forward);
  return { ...runtime, running, ...(deliver && { deliver }) };
}
