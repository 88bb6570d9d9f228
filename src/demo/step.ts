/**
 * A span that is being told: what happens in it moves its clock on, and spans below it begin where the clock stands. Scenes are written
 * with it as the code that they stand for would be.
 */
import { type Attributes, SpanKind } from '@opentelemetry/api';
import type { DemoRandom } from './demo-random.ts';
import type { ServiceName } from './demo-services.ts';
import type { EventPlan, Follower, SpanPlan } from './span-plan.ts';

export interface StepOptions {
  readonly name: string;
  /** @default that of the step above */
  readonly service?: ServiceName;
  /** @default internal */
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
  /** @default false */
  readonly isTold?: boolean;
}

export type Body = (step: Step) => void;

/** Where code lies, in the folder of its service. */
export type CodePlace = readonly [name: string, file: string, line: number];

export class Step {
  readonly service: ServiceName;
  readonly random: DemoRandom;
  readonly #startMs: number;
  readonly #options: StepOptions;
  readonly #attributes: Attributes;
  readonly #events: EventPlan[] = [];
  readonly #children: SpanPlan[] = [];
  readonly #followers: Follower[] = [];
  #nowMs: number;
  #failure: string | undefined;
  #hangs = false;

  constructor(
    options: StepOptions & { readonly service: ServiceName },
    random: DemoRandom,
    startMs = 0,
  ) {
    this.service = options.service;
    this.random = random;
    this.#options = options;
    this.#attributes = { ...options.attributes };
    this.#startMs = startMs;
    this.#nowMs = startMs;
  }

  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /** Its own time passes. */
  work(medianMs: number, spread?: number): void {
    this.#nowMs += this.random.around(medianMs, spread);
  }

  set(attributes: Attributes): void {
    Object.assign(this.#attributes, attributes);
  }

  event(name: string, attributes: Attributes = {}): void {
    this.#events.push({ name, atMs: this.#nowMs, attributes });
  }

  checkpoint(name: string, attributes: Attributes = {}): void {
    this.event('synton.checkpoint', { 'synton.checkpoint.name': name, ...attributes });
  }

  /** Ends as failed; goes on, as programs do. */
  fail(message: string): void {
    this.#failure = message;
  }

  /** Throws, as far as its trace knows: the stack is told as Node writes it. */
  throws(type: string, message: string, places: readonly CodePlace[]): void {
    const stack = places.map(
      ([name, file, line]) => `    at ${name} (/srv/shop/${this.service}/${file}:${line}:11)`,
    );
    this.event('exception', {
      'exception.type': type,
      'exception.message': message,
      'exception.stacktrace': [`${type}: ${message}`, ...stack].join('\n'),
    });
    this.set({ 'error.type': type });
    this.fail(message);
  }

  /** Never ends, and neither does what is above it. */
  hang(): void {
    this.#hangs = true;
  }

  /** A span below that is waited for. */
  child(options: StepOptions, body: Body): Step {
    return this.#begin(options, body, true);
  }

  /** One of its own functions. */
  call([name, file, line]: CodePlace, body: Body): Step {
    const attributes = {
      'code.function.name': name,
      'code.file.path': `/srv/shop/${this.service}/${file}`,
      'code.line.number': line,
    };
    return this.child({ name, attributes }, body);
  }

  /** What nobody waits for: it may end after this. */
  background(options: StepOptions, body: Body): void {
    this.#begin(options, body, false);
  }

  /** All begin now; the slowest is waited for. */
  parallel(bodies: readonly Body[]): void {
    const fromMs = this.#nowMs;
    let untilMs = fromMs;
    for (const body of bodies) {
      this.#nowMs = fromMs;
      body(this);
      untilMs = Math.max(untilMs, this.#nowMs);
    }
    this.#nowMs = untilMs;
  }

  /** Another trace, whose root links to this span. */
  follow(afterMs: number, root: SpanPlan): void {
    this.#followers.push({ afterMs, root });
  }

  plan(): SpanPlan {
    const { name, kind = SpanKind.INTERNAL, isTold = false } = this.#options;
    return {
      service: this.service,
      name,
      kind,
      startMs: this.#startMs,
      endMs: this.#hangs ? undefined : this.#nowMs,
      attributes: this.#attributes,
      events: this.#events,
      failure: this.#failure,
      isTold: isTold || this.#hangs,
      children: this.#children,
      followers: this.#followers,
    };
  }

  #begin(options: StepOptions, body: Body, isWaitedFor: boolean): Step {
    const step = new Step({ service: this.service, ...options }, this.random, this.#nowMs);
    body(step);
    const plan = step.plan();
    this.#children.push(plan);
    if (plan.endMs === undefined) {
      if (isWaitedFor) this.#hangs = true;
    } else if (isWaitedFor) this.#nowMs = plan.endMs;
    return step;
  }
}

/** A whole trace. */
export function scene(
  options: StepOptions & { readonly service: ServiceName },
  random: DemoRandom,
  body: Body,
): SpanPlan {
  const step = new Step(options, random);
  body(step);
  return step.plan();
}
