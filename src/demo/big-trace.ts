/**
 * One trace of very many spans: the catalogue is rebuilt, eight warehouses at the same time, two aisles of each, down to what is asked of
 * other services for an article. Twelve levels. Made a shelf at a time, so that it is never in memory as a whole.
 */
import { type Context, type HrTime, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api';
import type { DemoRandom } from './demo-random.ts';
import type { DemoTracers } from './demo-tracers.ts';
import { hrTime, type TracePlayer } from './play-trace.ts';
import { burst, report, shelf } from './scenes/catalogue.ts';
import { type SpanPlan, spansIn } from './span-plan.ts';

export const BIG_TRACE_SPANS = 100_000;
const WAREHOUSES = ['north', 'south', 'east', 'west', 'harbour', 'airport', 'centre', 'outlet'];
const AISLES = 12;
const AISLES_AT_ONCE = 2;
const REPORT_SPANS = 5;
/** The job itself, its warehouses, their aisles, and the report. */
const FRAME_SPANS: number = 1 + WAREHOUSES.length * (1 + AISLES) + REPORT_SPANS;
/** No shelf has more. */
const SHELF_SPANS_MAX = 250;
/** Between two times that all is sent: below what may wait. */
const FLUSH_SPANS = 4_000;
/** It began so long ago; that is more than it takes. */
const BEGAN_MS = 20_000;

export class BigTrace {
  readonly #tracers: DemoTracers;
  readonly #player: TracePlayer;
  readonly #random: DemoRandom;
  readonly #unixMs: number = Date.now() - BEGAN_MS;
  #unsent = 0;

  constructor(tracers: DemoTracers, player: TracePlayer, random: DemoRandom) {
    this.#tracers = tracers;
    this.#player = player;
    this.#random = random;
  }

  /** Resolves when it has been sent. @param spans how many it has, exactly; a few thousand at least */
  async play(spans: number, signal: AbortSignal): Promise<void> {
    const job = this.#open('rebuild catalogue', 0, ROOT_CONTEXT, { 'shop.articles': spans });
    this.#player.traces++;
    let left = spans - FRAME_SPANS;
    let endMs = 0;
    for (const [at, warehouse] of WAREHOUSES.entries()) {
      const share = Math.floor(left / (WAREHOUSES.length - at));
      const until = await this.#playWarehouse(warehouse, 40 + at * 35, share, within(job), signal);
      if (signal.aborted) return;
      endMs = Math.max(endMs, until);
      left -= share;
    }
    const last = report(this.#random, endMs + 4);
    await this.#play(last, within(job));
    job.end(this.#at((last.endMs ?? endMs) + 6));
    await this.#tracers.flush();
  }

  /** @returns when it ended */
  async #playWarehouse(
    name: string,
    startMs: number,
    spans: number,
    parent: Context,
    signal: AbortSignal,
  ): Promise<number> {
    const warehouse = this.#open('rebuildWarehouse', startMs, parent, { 'shop.warehouse': name });
    const lanesMs = Array.from({ length: AISLES_AT_ONCE }, (_, lane) => startMs + 3 + lane * 2);
    let left = spans;
    for (let at = 0; at < AISLES && !signal.aborted; at++) {
      const lane = lanesMs.indexOf(Math.min(...lanesMs));
      const share = Math.floor(left / (AISLES - at));
      lanesMs[lane] = await this.#playAisle(
        `${name}-${at + 1}`,
        lanesMs[lane]!,
        share,
        within(warehouse),
      );
      left -= share;
    }
    const endMs = Math.max(...lanesMs) + 2;
    warehouse.end(this.#at(endMs));
    return endMs;
  }

  async #playAisle(name: string, startMs: number, spans: number, parent: Context): Promise<number> {
    const aisle = this.#open('scanAisle', startMs, parent, { 'shop.aisle': name });
    let nowMs = startMs + 1;
    let left = spans;
    for (let at = 1; left > 0; at++) {
      const of = `${name}-${at}`;
      const plan =
        left > SHELF_SPANS_MAX
          ? shelf(this.#random, of, nowMs)
          : burst(this.#random, of, nowMs, left);
      left -= spansIn(plan);
      nowMs = plan.endMs! + this.#random.around(0.5);
      await this.#play(plan, within(aisle));
    }
    aisle.end(this.#at(nowMs));
    return nowMs + 1;
  }

  async #play(plan: SpanPlan, parent: Context): Promise<void> {
    this.#player.playPast(plan, { unixMs: this.#unixMs, parent });
    this.#unsent += spansIn(plan);
    if (this.#unsent < FLUSH_SPANS) return;
    await this.#tracers.flush();
    this.#unsent = 0;
  }

  #open(
    name: string,
    startMs: number,
    parent: Context,
    attributes: Record<string, string | number>,
  ): Span {
    const options = { startTime: this.#at(startMs), attributes };
    return this.#tracers.tracer('stock').startSpan(name, options, parent);
  }

  #at(ms: number): HrTime {
    return hrTime(this.#unixMs, ms);
  }
}

function within(span: Span): Context {
  return trace.setSpan(ROOT_CONTEXT, span);
}
