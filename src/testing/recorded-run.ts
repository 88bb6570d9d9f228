/** What a recorded piece of code did: its result, the tree of its spans, and questions about them. */
import { type BehaviourOptions, behaviourText } from './behaviour-text.ts';
import type { RecordedSpan, RecordedTree } from './recorded-span.ts';
import { runText } from './run-text.ts';
import { type SpanName, spanNameTest } from './span-name.ts';

export class RecordedRun<Result = unknown> {
  readonly traceId: string;
  readonly result: Result;
  /** What the code threw, where it was to be kept. */
  readonly error: unknown;
  readonly hasThrown: boolean;
  /** The code itself. Its children are what the code called. */
  readonly root: RecordedSpan;
  /** All but the root, in order of start. */
  readonly spans: readonly RecordedSpan[];
  /** Those that had not ended when the recording did. */
  readonly unfinished: readonly RecordedSpan[];
  readonly #parents: RecordedTree['parents'];

  constructor(
    tree: RecordedTree,
    traceId: string,
    outcome: { readonly hasThrown: boolean; readonly result: Result; readonly error: unknown },
  ) {
    this.traceId = traceId;
    this.result = outcome.result;
    this.error = outcome.error;
    this.hasThrown = outcome.hasThrown;
    this.root = tree.root;
    this.spans = tree.spans;
    this.unfinished = tree.spans.filter(({ status }) => status === 'Running');
    this.#parents = tree.parents;
  }

  /** In order of start. */
  calls(name: SpanName): readonly RecordedSpan[] {
    const fits = spanNameTest(name);
    return this.spans.filter((span) => fits(span.name));
  }

  called(name: SpanName): boolean {
    return this.calls(name).length > 0;
  }

  /** Undefined for the root. */
  parentOf(span: RecordedSpan): RecordedSpan | undefined {
    return this.#parents.get(span);
  }

  /** The tree for people, with times. At most 5,000 lines. */
  text(): string {
    return runText(this.root);
  }

  /** The tree for a snapshot: what stays the same from run to run. */
  behaviour(options: BehaviourOptions = {}): string {
    return behaviourText(this.root, options);
  }
}
