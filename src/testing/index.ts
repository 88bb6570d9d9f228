/**
 * What code did, for tests: `synton/testing`.
 *
 * `record` runs code and gives its run: the tree of its spans. Matchers ask of it, in vitest, jest and
 * node:test, and `run.behaviour()` is a text for snapshots. Importing this sets nothing up; `record` does.
 */
export type { BehaviourOptions } from './behaviour-text.ts';
export { expectRun, type RunExpectation } from './expect-run.ts';
export type { FunctionChoice } from './function-choice.ts';
export type { Time } from './judge-calls.ts';
export type { LoopOptions } from './judge-loops.ts';
export { type MatcherResult, matchers, type RunMatcher, type RunMatchers } from './matchers.ts';
export { type RecordOptions, record } from './record.ts';
export type { RecordedRun } from './recorded-run.ts';
export type { RecordedEvent, RecordedSpan } from './recorded-span.ts';
export { recordingProcessor } from './recording.ts';
export { RecordingFailed } from './recording-failed.ts';
export type { SpanName } from './span-name.ts';
