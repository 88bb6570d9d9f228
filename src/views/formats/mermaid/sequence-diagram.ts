/**
 * Who called whom, in order: services and what they called as participants, calls as arrows, what ran within
 * a service as arrows to itself. The two spans of one remote call are one arrow. Checkpoints and errors are
 * notes. Activations are balanced by construction: a span that opens one closes it.
 */
import type { OtelKind } from '../../../model/span-kind.ts';
import {
  childrenOf,
  otelKindAt,
  type ProjectedTrace,
  type TraceNode,
} from '../../../projection/project-trace.ts';
import { outlivesParent, parentOf, peerOf } from '../describe-span.ts';
import type { FoldedSpan } from '../fold-siblings.ts';
import type { Story, StoryItem } from '../tell-trace.ts';
import { answerWords, leftOutWords, MESSAGE_MAX, spanWords, titleOf } from './diagram-words.ts';
import { mermaidLabel } from './mermaid-label.ts';
import { Participants } from './participants.ts';

export function sequenceDiagram(trace: ProjectedTrace, story: Story): readonly string[] {
  const drawing = new SequenceDrawing(trace);
  for (const item of story.items) drawing.add(item);
  const leftOut = leftOutWords(story);
  return [
    'sequenceDiagram',
    `    title ${titleOf(trace)}`,
    ...drawing.participants.lines(),
    ...drawing.lines,
    ...(leftOut === undefined ? [] : [`    Note over ${drawing.participants.ends()}: ${leftOut}`]),
  ];
}

interface Frame {
  /** Where the span ran: its children are called from here. */
  readonly at: string;
  /** Of calls that reach another participant: who gets the answer. */
  readonly answerTo: string | undefined;
  readonly answerFrom: string;
  readonly isActive: boolean;
  /** For the one arrow of a remote call: the spans that the caller's line stands for. */
  readonly silentCount: number | undefined;
  /** Of those: how often they had been tried before. */
  readonly silentRetried?: number | undefined;
  readonly isFailed: boolean;
}

class SequenceDrawing {
  readonly participants: Participants;
  readonly lines: string[] = [];
  readonly #trace: ProjectedTrace;
  readonly #frames: Frame[] = [];

  constructor(trace: ProjectedTrace) {
    this.#trace = trace;
    this.participants = new Participants(trace.outline.services);
  }

  add(item: StoryItem): void {
    if (item.type === 'open') this.#frames.push(this.#open(item.node, item.span));
    else if (item.type === 'close') this.#close(item.node, item.span, this.#frames.pop()!);
    else {
      const mark = item.type === 'error' ? '✕' : '◆';
      const at = this.#frames.at(-1)!.at;
      this.#line(`Note over ${at}: ${mark} ${mermaidLabel(item.text, MESSAGE_MAX)}`);
    }
  }

  #open(node: TraceNode, folded: FoldedSpan): Frame {
    const { span, childCount } = node;
    const at = this.participants.service(span.service);
    const above = this.#frames.at(-1);
    const isFailed = span.status === 'Failed';
    const silent = { at, answerTo: undefined, answerFrom: at, isActive: false, isFailed };
    if (isCaller(span.otelKind) && this.#isAnswered(folded))
      return { ...silent, silentCount: folded.count, silentRetried: folded.retried };
    const isLeft = outlivesParent(node, parentOf(this.#trace, folded.row));
    const retried = folded.retried ?? above?.silentRetried;
    const told = retried === undefined ? folded : { ...folded, retried };
    const counted = spanWords(node, told, folded.count * (above?.silentCount ?? 1));
    const words = isLeft ? `${counted}, outlives its parent` : counted;
    const peer = peerOf(span);
    if (peer !== undefined) {
      const called = this.participants.peer(peer);
      this.#line(
        `${at}${isLeft || span.otelKind === 'producer' ? '-)' : '->>'}${called}: ${words}`,
      );
      return { ...silent, answerTo: at, answerFrom: called, silentCount: undefined };
    }
    const from = above?.at ?? (isCallee(span.otelKind) ? this.participants.caller() : at);
    const isSent = span.otelKind === 'consumer' && from !== at;
    this.#line(`${from}${isLeft || isSent ? '-)' : '->>'}${at}: ${words}`);
    const isActive = childCount > 0;
    if (isActive) this.#line(`activate ${at}`);
    const answerTo = from !== at && !isSent ? from : undefined;
    return { at, answerTo, answerFrom: at, isActive, silentCount: undefined, isFailed };
  }

  #close(node: TraceNode, folded: FoldedSpan, frame: Frame): void {
    const above = this.#frames.at(-1);
    // A caller may call a failure what the called side answered in good order: HTTP 404, say.
    const isFailed = frame.isFailed || (above?.silentCount !== undefined && above.isFailed);
    const isEnded = node.span.status !== 'Running';
    if (frame.answerTo !== undefined && isEnded && (isFailed || frame.isActive)) {
      const arrow = isFailed ? '--x' : '-->>';
      const words = answerWords(node, folded, isFailed);
      this.#line(`${frame.answerFrom}${arrow}${frame.answerTo}: ${words}`);
    }
    if (frame.isActive) this.#line(`deactivate ${frame.at}`);
  }

  /** True where the called side is in the trace too, in another service. */
  #isAnswered(folded: FoldedSpan): boolean {
    const { outline } = this.#trace;
    for (const child of childrenOf(outline, folded.row)) {
      const isElsewhere = outline.service[child] !== outline.service[folded.row];
      if (isElsewhere && isCallee(otelKindAt(outline, child))) return true;
    }
    return false;
  }

  #line(text: string): void {
    this.lines.push(`    ${text}`);
  }
}

function isCaller(kind: OtelKind): boolean {
  return kind === 'client' || kind === 'producer';
}

function isCallee(kind: OtelKind): boolean {
  return kind === 'server' || kind === 'consumer';
}
