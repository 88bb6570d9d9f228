/**
 * Makes spans of plans, either all at once with times that have passed, or as time passes: each span then starts and ends when it should.
 * Times are those of the plan to the nanosecond, whenever a timer fires.
 */
import {
  type Context,
  type HrTime,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { DemoTracers } from './demo-tracers.ts';
import type { SpanPlan } from './span-plan.ts';

/** Where the times of a plan count from, and what its root hangs below or links to. */
export interface Placed {
  readonly unixMs: number;
  /** @default none: it is a root */
  readonly parent?: Context;
  readonly links?: readonly Link[];
}

type Timed = readonly [atMs: number, act: () => void];

export class TracePlayer {
  readonly #tracers: DemoTracers;
  /** Roots made so far. */
  traces = 0;

  constructor(tracers: DemoTracers) {
    this.#tracers = tracers;
  }

  /** With what follows from it. */
  playPast(plan: SpanPlan, placed: Placed): void {
    for (const [, act] of this.#script(plan, placed)) act();
  }

  /** Resolves when the last span has ended, or the signal aborts: what runs then is never heard of. */
  async playLive(plan: SpanPlan, placed: Placed, signal: AbortSignal): Promise<void> {
    for (const [atMs, act] of this.#script(plan, placed)) {
      await until(placed.unixMs + atMs, signal);
      if (signal.aborted) return;
      act();
    }
  }

  /** What is to be done, in the order of time; parents begin before what is below them. */
  #script(plan: SpanPlan, placed: Placed): readonly Timed[] {
    const script: Timed[] = [];
    this.#add(script, plan, placed, 0, () => ({
      context: placed.parent ?? ROOT_CONTEXT,
      links: placed.links ?? [],
    }));
    return script.sort(([a], [b]) => a - b);
  }

  #add(
    script: Timed[],
    plan: SpanPlan,
    placed: Placed,
    shiftMs: number,
    above: () => { readonly context: Context; readonly links: readonly Link[] },
  ): void {
    const { service, name, kind, attributes, failure } = plan;
    const at = (ms: number): HrTime => hrTime(placed.unixMs, shiftMs + ms);
    let span: Span | undefined;
    script.push([
      shiftMs + plan.startMs,
      () => {
        const { context, links } = above();
        const options = { kind, attributes, links: [...links], startTime: at(plan.startMs) };
        if (context === ROOT_CONTEXT) this.traces++;
        span = this.#tracers.tracer(service).startSpan(name, options, context);
        if (plan.isTold) this.#tracers.tell(service, span, name, attributes);
      },
    ]);
    for (const child of plan.children)
      this.#add(script, child, placed, shiftMs, () => ({
        context: trace.setSpan(ROOT_CONTEXT, span!),
        links: [],
      }));
    for (const { afterMs, root } of plan.followers)
      this.#add(script, root, placed, shiftMs + plan.startMs + afterMs, () => ({
        context: ROOT_CONTEXT,
        links: [{ context: span!.spanContext() }],
      }));
    if (plan.endMs === undefined) return;
    script.push([
      shiftMs + plan.endMs,
      () => {
        for (const event of plan.events)
          span!.addEvent(event.name, event.attributes, at(event.atMs));
        if (failure !== undefined)
          span!.setStatus({
            code: SpanStatusCode.ERROR,
            ...(failure !== '' && { message: failure }),
          });
        span!.end(at(plan.endMs!));
      },
    ]);
  }
}

/** Of a time since a trace began. */
export function hrTime(unixMs: number, ms: number): HrTime {
  const wholeMs = Math.floor(ms);
  const at = unixMs + wholeMs;
  return [Math.floor(at / 1000), (at % 1000) * 1_000_000 + Math.round((ms - wholeMs) * 1e6)];
}

function until(unixMs: number, signal: AbortSignal): Promise<void> {
  const waitMs = unixMs - Date.now();
  if (waitMs <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, waitMs);
    signal.addEventListener('abort', done);
  });
}
