/**
 * What the shop does while the demo runs: an hour of history at once, then traces as time passes, a job that takes half a minute, a
 * program that hangs. Bound: LIVE_MAX traces at the same time; what would be more is left out.
 */
import { BIG_TRACE_SPANS, BigTrace } from './big-trace.ts';
import { DemoRandom } from './demo-random.ts';
import type { DemoTracers } from './demo-tracers.ts';
import type { TracePlayer } from './play-trace.ts';
import { anyScene } from './scenes/any-scene.ts';
import { digest, newsletter } from './scenes/mail.ts';
import type { SpanPlan } from './span-plan.ts';

export interface TrafficOptions {
  readonly seed: number;
  /** Traces a second. */
  readonly rate: number;
  /** After the history; 0: nothing but the history. */
  readonly durationMs: number;
}

const LIVE_MAX = 500;
const HISTORY_TRACES = 300;
const HISTORY_MS = 3_600_000;
/** While the payment provider had trouble, counted back from now. */
const TROUBLE_MS: readonly [from: number, to: number] = [34 * 60_000, 27 * 60_000];
/** So few that traces arrive in the order of their times, not service by service. */
const FLUSH_TRACES = 4;
const DIGEST_EVERY_MS = 90_000;
const FIRST_DIGEST_MS = 3_000;
/** More than one takes. */
const DIGEST_MS = 60_000;
const DRAIN_MS = 15_000;
const DRAIN_LOOK_MS = 100;
/** A process is held to be gone after 15 s of silence. */
const ALIVE_EVERY_MS = 5_000;
const DIGEST_AGE_MS = 1_500_000;
/** Between the start of what hangs and now. */
const HUNG_FOR_MS = 140_000;

export class DemoTraffic {
  readonly #tracers: DemoTracers;
  readonly #player: TracePlayer;
  readonly #options: TrafficOptions;
  readonly #random: DemoRandom;
  #live = 0;

  constructor(tracers: DemoTracers, player: TracePlayer, options: TrafficOptions) {
    this.#tracers = tracers;
    this.#player = player;
    this.#options = options;
    this.#random = new DemoRandom(options.seed);
  }

  /** Resolves when its time is over, or the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#history(signal);
    if (this.#options.durationMs === 0) return;
    const alive = setInterval(() => this.#tracers.tellAlive(), ALIVE_EVERY_MS);
    try {
      await this.#goOn(signal);
      await this.#drained(signal);
    } finally {
      clearInterval(alive);
    }
  }

  /** Resolves when it has been sent. */
  playBig(signal: AbortSignal): Promise<void> {
    return new BigTrace(this.#tracers, this.#player, this.#random.fork()).play(
      BIG_TRACE_SPANS,
      signal,
    );
  }

  /** In the order in which it would have come, in no even steps, more of it lately. */
  async #history(signal: AbortSignal): Promise<void> {
    const nowMs = Date.now();
    const agesMs = Array.from(
      { length: HISTORY_TRACES },
      () => this.#random.next() ** 1.3 * HISTORY_MS + 2_000,
    );
    const entries = [
      ...agesMs.map((ageMs) => {
        const isTroubled = ageMs < TROUBLE_MS[0] && ageMs > TROUBLE_MS[1];
        return { ageMs, plan: anyScene(this.#random, isTroubled) };
      }),
      { ageMs: DIGEST_AGE_MS, plan: digest(this.#random.fork()) },
      { ageMs: HUNG_FOR_MS, plan: newsletter(this.#random.fork()) },
    ].sort((a, b) => b.ageMs - a.ageMs);
    for (const [at, { ageMs, plan }] of entries.entries()) {
      this.#player.playPast(plan, { unixMs: Math.floor(nowMs - ageMs) });
      if (at % FLUSH_TRACES === FLUSH_TRACES - 1) await this.#tracers.flush();
      if (signal.aborted) return;
    }
    await this.#tracers.flush();
  }

  async #goOn(signal: AbortSignal): Promise<void> {
    const { rate } = this.#options;
    const untilMs = performance.now() + this.#options.durationMs;
    let nextDigestMs = performance.now() + FIRST_DIGEST_MS;
    for (;;) {
      // Arrivals as strangers' are: independent of each other.
      const waitMs = (-Math.log(1 - this.#random.next()) * 1_000) / rate;
      await pause(waitMs, signal);
      const nowMs = performance.now();
      if (signal.aborted || nowMs > untilMs) return;
      if (nowMs >= nextDigestMs && nowMs + DIGEST_MS < untilMs) {
        nextDigestMs += DIGEST_EVERY_MS;
        this.#start(digest(this.#random.fork()), signal);
      }
      this.#start(anyScene(this.#random, false), signal);
    }
  }

  /** What has begun may end. */
  async #drained(signal: AbortSignal): Promise<void> {
    const untilMs = performance.now() + DRAIN_MS;
    while (this.#live > 0 && performance.now() < untilMs && !signal.aborted)
      await pause(DRAIN_LOOK_MS, signal);
  }

  #start(plan: SpanPlan, signal: AbortSignal): void {
    if (this.#live >= LIVE_MAX) return;
    this.#live++;
    void this.#player.playLive(plan, { unixMs: Date.now() }, signal).finally(() => {
      this.#live--;
    });
  }
}

function pause(waitMs: number, signal: AbortSignal): Promise<void> {
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
