/**
 * Runs code and tells what it did: every span of a trace of its own, which the code's spans are in by the
 * context of OpenTelemetry, and every call of a function that was rewritten, where calls are watched
 * (recording-registry.ts). Runs at the same time, and one within another, have each their own trace.
 *
 * Not seen: spans in other traces (the code starts a new root, or answers a request that carries no
 * trace context), what is done in other processes, and after the recording. Bounds: `maxSpans` spans and calls, `settleMs` of waiting.
 */
import { context, trace } from '@opentelemetry/api';
import { hrTimeOf } from '../register/calls/call-span.ts';
import { realNow } from '../telemetry/real-now.ts';
import { addProcessor, setUpContext, setUpProvider } from '../tracing/connect-provider.ts';
import { currentProvider, currentTracer } from '../tracing/current-tracer.ts';
import { type AnyFunction, callIn, OpenSpan } from '../tracing/open-span.ts';
import { type FunctionChoice, functionTest, withoutTests } from './function-choice.ts';
import { RecordedRun } from './recorded-run.ts';
import { recordedTree } from './recorded-span.ts';
import { type NotedSpan, Recording, recordingProcessor } from './recording.ts';
import { RecordingFailed } from './recording-failed.ts';
import { recordingRegistry } from './recording-registry.ts';

export interface RecordOptions {
  /** Of the root span. @default 'run' */
  readonly name?: string | undefined;
  /** How long spans that outlive the code are waited for, in milliseconds. @default 1,000 */
  readonly settleMs?: number | undefined;
  /** Of OpenTelemetry and calls together. @default 10,000 */
  readonly maxSpans?: number | undefined;
  /** `keep` puts what the code throws into `run.error`. @default 'rethrow' */
  readonly throws?: 'rethrow' | 'keep' | undefined;
  /**
   * Which calls of watched functions are told: those whose name fits, or none. What a function that is left out calls is below its
   * caller. Spans of OpenTelemetry, `trace()` among them, are told in any case. @default 'all'
   */
  readonly functions?: FunctionChoice | undefined;
}

const NAME = 'run';
const SETTLE_MS = 1_000;
const SPANS_MAX = 10_000;

type Code<Result> = () => Result | PromiseLike<Result>;

/**
 * Joins the tracer provider that the program has, or sets one up where there is none.
 *
 * @throws what the code throws, unless it is kept
 * @throws RecordingFailed where the spans cannot be seen, or there were more than `maxSpans`
 */
export async function record<Result>(
  code: Code<Result>,
  options: RecordOptions & { readonly throws: 'keep' },
): Promise<RecordedRun<Result | undefined>>;
export async function record<Result>(
  code: Code<Result>,
  options?: RecordOptions,
): Promise<RecordedRun<Result>>;
export async function record(
  code: Code<unknown>,
  options: RecordOptions = {},
): Promise<RecordedRun<unknown>> {
  const { name = NAME, settleMs = SETTLE_MS, maxSpans = SPANS_MAX, throws } = options;
  if (typeof code !== 'function') throw new TypeError('record: expected a function');
  const chosen = functionTest(options.functions);
  const isWanted =
    recordingRegistry().watcher?.isForTests === false ? withoutTests(chosen) : chosen;
  const recording = new Recording(bounded('maxSpans', maxSpans, 1), isWanted);
  const waitMs = bounded('settleMs', settleMs, 0);
  const root = openRoot(name, recording);
  const provider = currentProvider();
  const outcome = await outcomeOf(code, root, recording);
  await recording.settle(waitMs);
  recordingRegistry().watcher?.caught(undefined, recording);
  const noted = recording.close();
  if (outcome.hasThrown && throws !== 'keep') throw outcome.error;
  if (currentProvider() !== provider) throw new RecordingFailed(PROVIDER_CHANGED);
  if (recording.leftOut > 0) {
    const count = maxSpans + recording.leftOut;
    throw new RecordingFailed(
      `the code made ${count} spans, more than maxSpans (${maxSpans}): raise that, or tell fewer calls with \`functions\``,
    );
  }
  const spans = noted.spans as [NotedSpan, ...NotedSpan[]];
  return new RecordedRun(
    recordedTree(spans, noted.passed),
    root.span.spanContext().traceId,
    outcome,
  );
}

interface Outcome {
  readonly hasThrown: boolean;
  readonly result: unknown;
  readonly error: unknown;
}

async function outcomeOf(
  code: Code<unknown>,
  root: OpenSpan,
  recording: Recording,
): Promise<Outcome> {
  try {
    const result = await callIn(root.context, code as AnyFunction, undefined, []);
    root.end(hrTimeOf(realNow()));
    return { hasThrown: false, result, error: undefined };
  } catch (error) {
    recordingRegistry().watcher?.caught(error, recording);
    root.fail(error, hrTimeOf(realNow()));
    return { hasThrown: true, result: undefined, error };
  }
}

/** The recording knows its root when this returns. */
function openRoot(name: string, recording: Recording): OpenSpan {
  const provider = currentProvider();
  if (provider === undefined) setUpProvider(recordingProcessor);
  else addProcessor(provider, recordingProcessor);
  setUpContext();
  const tracer = currentTracer();
  if (tracer === undefined) throw new RecordingFailed(NO_PROVIDER);
  const around = recording.asked(context.active());
  // Fake timers of a test stop the clock that the provider would take the times from.
  const startTime = hrTimeOf(realNow());
  const span = tracer.startSpan(name, { root: true, startTime }, around);
  const root = new OpenSpan(span, around, false);
  const isSeen = recording.isBegun;
  const isActive = isSeen && isActiveWithin(root);
  if (isActive && seesCalls(root, recording)) return root;
  const { isRecording } = root;
  root.end();
  recording.close();
  if (isActive) throw new RecordingFailed(OTHER_CONTEXT);
  throw new RecordingFailed(isSeen ? NO_CONTEXT : isRecording ? NOT_TAKEN : NOT_SAMPLED);
}

/** Where no context manager could be set up, what the code starts would be in other traces. */
function isActiveWithin(root: OpenSpan): boolean {
  const active = callIn(root.context, () => trace.getActiveSpan(), undefined, []);
  return active === root.span;
}

/** Whoever watches calls, if anybody does, finds the recording. */
function seesCalls(root: OpenSpan, recording: Recording): boolean {
  const { watcher } = recordingRegistry();
  if (watcher === undefined) return true;
  return callIn(root.context, () => watcher.recordingHere(), undefined, []) === recording;
}

/** @throws TypeError */
function bounded(option: string, value: number, min: number): number {
  if (Number.isFinite(value) && value >= min) return value;
  throw new TypeError(`record: ${option} must be a number of at least ${min}`);
}

const NO_PROVIDER =
  'the API of OpenTelemetry has a tracer provider in which none can be set up: register one before';
const NOT_TAKEN =
  'the tracer provider takes no further span processor: pass it `recordingProcessor` when it is made';
const NOT_SAMPLED =
  'the tracer provider does not record this trace: its sampler leaves it out, or it is switched off ' +
  '(OTEL_TRACES_SAMPLER, OTEL_SDK_DISABLED); tests need one that records all';
const NO_CONTEXT =
  'the program has no context manager, and the API of OpenTelemetry accepts none of another version of the API: ' +
  'register one before';
const OTHER_CONTEXT =
  'functions are watched, but a context manager was registered before that keeps calls and spans apart: ' +
  'have it registered after `synton/testing/register` or `synton/testing/setup`';
const PROVIDER_CHANGED =
  'the code registered another tracer provider while it was recorded, whose spans were not seen: ' +
  'register it before';
