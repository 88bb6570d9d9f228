/**
 * The seam between who records (record.ts) and who watches calls (register/calls/call-tracker.ts). Neither knows the other: both meet in
 * a registry under a symbol of the global object, as a test process may have loaded this package several times. Where tests run in
 * contexts of `node:vm`, each has a global object of its own, and so a registry.
 *
 * A recording is looked up in the context of a call: by the trace that is active there, else under RECORDING_KEY, which the recorded code's
 * own context carries. Bound: an entry for each `record` that runs. What is here changes with the number in the symbol's name only.
 */
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';

/** What of a span is read, once the recording is over. */
export interface NotableSpan
  extends Pick<
    ReadableSpan,
    'name' | 'kind' | 'spanContext' | 'startTime' | 'endTime' | 'status' | 'attributes' | 'events'
  > {
  readonly parentSpanContext?: ReadableSpan['parentSpanContext'] | undefined;
}

/** A recording, as whoever watches calls sees it. No method throws. */
export interface CallRecording {
  /** Nothing is noted of one that is over. */
  readonly isOpen: boolean;
  /** Whether a call that begins now shall be noted; one that there is no room for is counted. */
  wants(call: CalledFunction): boolean;
  /** In order. @param parentId of the call or span that it is below; where that is not noted, it is below the run itself */
  callStarted(span: NotableSpan, parentId: string | undefined): void;
  /** What the span says may still change until the recording is over, but for its end. */
  callEnded(span: NotableSpan): void;
  /** A call that is not noted has a span all the same, which others may name as their parent: they are below `parentId`. */
  callPassed(span: NotableSpan, parentId: string | undefined): void;
}

export interface CalledFunction {
  readonly name: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** Who watches the calls of this thread and global object. No method throws. */
export interface CallWatcher {
  /** It watches the code that is tested, not the tests; else all of a program, whatever it is. */
  readonly isForTests: boolean;
  /** The recording that a call would be in that was made here. */
  recordingHere(): CallRecording | undefined;
  /** Whatever was thrown in the recording has been caught. @param error undefined where it is not known */
  caught(error: unknown, recording: CallRecording): void;
}

export interface RecordingRegistry {
  /** Of `byTrace`: asked at every call. */
  openCount: number;
  /** Those that are open. */
  readonly byTrace: Map<string, CallRecording>;
  /** The first one stays. */
  watcher: CallWatcher | undefined;
}

/**
 * Who is to be below a call that has ended and was not worth a span to those who are sent it: in a context that it has left behind.
 * Holds for spans whose parent is `instead` alone.
 */
export interface LeftBehind {
  readonly callId: string;
  readonly instead: string | undefined;
}

/** Keys of contexts. Like all of them they go by their name. */
export const RECORDING_KEY: symbol = Symbol.for('synton recording');
export const LEFT_BEHIND_KEY: symbol = Symbol.for('synton left behind');

const REGISTRY = Symbol.for('synton.recordings.1');

/** Made by whoever asks first. */
export function recordingRegistry(): RecordingRegistry {
  const holder = globalThis as { [REGISTRY]?: RecordingRegistry };
  holder[REGISTRY] ??= { openCount: 0, byTrace: new Map(), watcher: undefined };
  return holder[REGISTRY];
}
