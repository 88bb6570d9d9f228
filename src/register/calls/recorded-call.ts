/**
 * A call as a test's recording has it: with ids of its own, whether anybody is sent it or not, and with a place in the recording's tree,
 * which may be another than that of its span: what the event loop calls is below what left it behind, ended or not.
 */
import { type Context, createContextKey, type SpanContext, trace } from '@opentelemetry/api';
import {
  type CallRecording,
  LEFT_BEHIND_KEY,
  type LeftBehind,
  RECORDING_KEY,
  type RecordingRegistry,
} from '../../testing/recording-registry.ts';
import { CallFrame } from './call-frame.ts';
import type { CallSpan } from './call-span.ts';
import type { Scope } from './call-tracker.ts';
import { FrameContext } from './frame-context.ts';

export interface RecordedCall {
  readonly recording: CallRecording;
  /** Of its span, where it has one now or later. */
  readonly ids: SpanContext;
  /** Undefined where the recording does not want it. */
  readonly span: CallSpan | undefined;
  /** What is below it is below this: itself, or the nearest above it that is wanted. */
  readonly id: string | undefined;
}

/** Of contexts in which nothing is to be traced. */
export const SUPPRESS_KEY: symbol = createContextKey(
  'OpenTelemetry SDK Context Key SUPPRESS_TRACING',
);

/** The recording that is open where this is what is active. */
export function recordingIn(
  scope: Scope,
  { byTrace }: RecordingRegistry,
): CallRecording | undefined {
  if (scope === undefined) return undefined;
  const frame = frameOf(scope);
  let found: CallRecording | undefined;
  if (frame !== undefined) found = frame.recorded?.recording;
  else {
    const context = scope as Context;
    if (context.getValue(SUPPRESS_KEY) === true) return undefined;
    // By its trace also what a server of the same process does, to whom a request brings no more than that.
    found =
      byTrace.get(trace.getSpanContext(context)?.traceId ?? '') ??
      (context.getValue(RECORDING_KEY) as CallRecording | undefined);
  }
  return found?.isOpen === true ? found : undefined;
}

/** What a call that is made there is below, in the recording. */
export function recordedIdIn(scope: Scope): string | undefined {
  if (scope === undefined) return undefined;
  const frame = frameOf(scope);
  if (frame !== undefined) return frame.recorded?.id;
  const context = scope as Context;
  const spanId = trace.getSpanContext(context)?.spanId;
  const left = context.getValue(LEFT_BEHIND_KEY) as LeftBehind | undefined;
  return left !== undefined && left.instead === spanId ? left.callId : spanId;
}

/** What the span of a recorded call is below. The span of a call is not made for it. */
export function parentIdsOf({ parent, base }: CallFrame): SpanContext | undefined {
  const above = parent ?? (base instanceof FrameContext ? base.frame : undefined);
  return above?.recorded?.ids ?? (base && trace.getSpanContext(base));
}

/** What holds a scope where nothing is recorded: functions that are not async hold what they start in recordings alone. */
export function heldScope(scope: Scope): Scope {
  if (!(scope instanceof CallFrame) || scope.recorded === undefined) return scope;
  let at: CallFrame | undefined = scope;
  while (at !== undefined && !at.isAsync) at = at.parent;
  return at ?? scope.base;
}

/** Whether what is active for those whom a call has left behind is not the call's own span. */
export function isLeftBy(frame: CallFrame, context: Context): boolean {
  return context !== frame.context && (frame.endMs === 0 || frame.span === undefined);
}

/** The context for what a call has left behind, whose span is none of its own. */
export function leftBehind(context: Context, { recording, id }: RecordedCall): Context {
  if (id === undefined || !recording.isOpen) return context;
  const left: LeftBehind = { callId: id, instead: trace.getSpanContext(context)?.spanId };
  return context.setValue(LEFT_BEHIND_KEY, left);
}

function frameOf(scope: Context | CallFrame): CallFrame | undefined {
  if (scope instanceof CallFrame) return scope;
  return scope instanceof FrameContext ? scope.frame : undefined;
}
