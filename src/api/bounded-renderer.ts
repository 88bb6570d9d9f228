/**
 * A renderer that gives up in time and says no in time: at most `rendersMax` views at once, none longer than
 * `deadlineMs`. What was given up holds its place until it has really ended. Reading holds space of the
 * store and memory of its thread, so both need a bound whatever clients do.
 */
import type { Clock } from '../model/clock.ts';
import type { ViewRenderer } from '../views/view-renderer.ts';
import { RequestRefused } from './problem.ts';

export interface RenderBounds {
  readonly rendersMax: number;
  readonly deadlineMs: number;
}

const RETRY_AFTER = { headers: { 'retry-after': '1' } } as const;

export class BoundedRenderer implements ViewRenderer {
  readonly #renderer: ViewRenderer;
  readonly #bounds: RenderBounds;
  readonly #clock: Clock;
  #open = 0;

  constructor(renderer: ViewRenderer, bounds: RenderBounds, clock: Clock) {
    this.#renderer = renderer;
    this.#bounds = bounds;
    this.#clock = clock;
  }

  render<Result>(view: string, params: unknown, signal?: AbortSignal): Promise<Result> {
    return this.#bounded(
      async (inner) => this.#renderer.render<Result>(view, params, inner),
      signal,
    );
  }

  renderJson(view: string, params: unknown, signal?: AbortSignal): Promise<string> {
    return this.#bounded(async (inner) => this.#renderer.renderJson(view, params, inner), signal);
  }

  /** @throws RequestRefused Unavailable, and what the view throws */
  async #bounded<Result>(
    ask: (signal: AbortSignal) => Promise<Result>,
    signal: AbortSignal | undefined,
  ): Promise<Result> {
    const { rendersMax, deadlineMs } = this.#bounds;
    signal?.throwIfAborted();
    if (this.#open >= rendersMax) {
      const detail = `${rendersMax} questions are being answered already`;
      throw new RequestRefused('Unavailable', detail, RETRY_AFTER);
    }
    const stop = new AbortController();
    const givenUp = Promise.withResolvers<never>();
    const giveUp = (reason: unknown): void => {
      stop.abort(reason);
      givenUp.reject(reason);
    };
    const cancel = this.#clock.schedule(deadlineMs, () => {
      const detail = `the answer took longer than ${deadlineMs} ms; ask for less`;
      giveUp(new RequestRefused('Unavailable', detail, RETRY_AFTER));
    });
    const left = (): void => giveUp(signal?.reason);
    signal?.addEventListener('abort', left);
    this.#open++;
    const asked = ask(stop.signal).finally(() => this.#open--);
    try {
      return await Promise.race([asked, givenUp.promise]);
    } finally {
      cancel();
      signal?.removeEventListener('abort', left);
    }
  }
}
