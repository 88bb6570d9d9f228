/**
 * What has to be asked of the collector about every row of a trace, kept in step with the rows: asked anew with another outline, and taken over
 * span by span until the answer is there. One question at a time; another question ends the last one. What was not answered is asked again, more
 * and more seldom, unless the collector says that it cannot be asked so.
 */
import { effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { ApiError } from '../../data/api-error.ts';
import type { Outline } from '../../data/outline.ts';
import type { TraceSource } from './trace-source.ts';

export interface Told<Answer> {
  readonly question: string;
  readonly answer: Answer;
  /** Of which the rows of the answer are. */
  readonly outline: Outline;
}

/** After an answer about other rows than are shown. */
const AGAIN_MS = 300;
/** After none, each time twice as long. */
const RETRY_MS = 1_000;
const RETRY_MAX_MS = 30_000;

type Ask<Answer> = (question: string, given: AbortSignal) => Promise<Answer>;

export class InStep<Answer extends { readonly revision: string }> {
  /** Of the present question, or undefined. */
  readonly told: ReadonlySignal<Told<Answer> | undefined>;
  /** Whether the answer to the present question is still to come. */
  readonly isAsking: ReadonlySignal<boolean>;
  readonly error: ReadonlySignal<Error | undefined>;

  readonly #source: TraceSource;
  readonly #question: ReadonlySignal<string | undefined>;
  readonly #ask: Ask<Answer>;
  readonly #restMs: number;
  readonly #told: Signal<Told<Answer> | undefined> = signal(undefined);
  readonly #isAsking = signal(false);
  readonly #error: Signal<Error | undefined> = signal(undefined);
  #given: AbortController | undefined;
  #timer: number | undefined;
  #retryMs = RETRY_MS;

  /** @param restMs after a change of the question, before it is asked */
  constructor(
    source: TraceSource,
    question: ReadonlySignal<string | undefined>,
    ask: Ask<Answer>,
    restMs = 0,
  ) {
    this.#source = source;
    this.#question = question;
    this.#ask = ask;
    this.#restMs = restMs;
    this.told = this.#told;
    this.isAsking = this.#isAsking;
    this.error = this.#error;
  }

  /** Ends with the function that is returned. */
  follow(): () => void {
    let asked: string | undefined;
    const stop = effect(() => {
      const question = this.#question.value;
      const outline = this.#source.outline.value;
      const isOther = question !== asked;
      asked = question;
      if (isOther) this.#leave();
      if (question === undefined || outline === undefined) {
        this.#told.value = undefined;
        return;
      }
      if (this.#told.peek()?.question !== question) this.#told.value = undefined;
      if (this.#told.peek()?.outline === outline || this.#isAsking.peek()) return;
      this.#isAsking.value = true;
      window.clearTimeout(this.#timer);
      this.#timer = window.setTimeout(
        () => void this.#askNow(question),
        isOther ? this.#restMs : 0,
      );
    });
    return () => {
      stop();
      this.#leave();
    };
  }

  #leave(): void {
    window.clearTimeout(this.#timer);
    this.#given?.abort();
    this.#given = undefined;
    this.#retryMs = RETRY_MS;
    this.#isAsking.value = false;
    this.#error.value = undefined;
  }

  async #askNow(question: string): Promise<void> {
    const given = new AbortController();
    this.#given?.abort();
    this.#given = given;
    const outline = this.#source.outline.peek()!;
    try {
      const answer = await this.#ask(question, given.signal);
      if (given.signal.aborted) return;
      this.#error.value = undefined;
      this.#retryMs = RETRY_MS;
      const newest = this.#source.outline.peek()!;
      const its = [outline, newest].find(({ revision }) => revision === answer.revision);
      if (its !== undefined) this.#told.value = { question, answer, outline: its };
      if (its !== undefined && its === newest) this.#isAsking.value = false;
      else {
        if (its === undefined) this.#source.ask();
        this.#timer = window.setTimeout(() => void this.#askNow(question), AGAIN_MS);
      }
    } catch (error) {
      if (given.signal.aborted) return;
      this.#error.value = error instanceof Error ? error : new Error(String(error));
      this.#isAsking.value = false;
      if (isRefused(error)) return;
      this.#timer = window.setTimeout(() => void this.#askNow(question), this.#retryMs);
      this.#retryMs = Math.min(RETRY_MAX_MS, this.#retryMs * 2);
    }
  }
}

function isRefused(error: unknown): boolean {
  const status = error instanceof ApiError ? error.problem.status : 0;
  return status >= 400 && status < 500;
}
