/**
 * Spans at the end of a program. One that runs dry waits for them by itself (the processor's `beforeExit`). One
 * that calls `process.exit`, or dies of an error nobody caught, cannot wait: then a process of our own sends what
 * ended within the last KEPT_MS, again where it was sent already; equal spans are kept once.
 *
 * Bounds: SPANS_MAX spans kept, EXIT_MS for the sending. Nothing is written to stdout or stderr.
 */
import { spawnSync } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serialize } from 'node:v8';
import type { SpanContext } from '@opentelemetry/api';
import type { ExportOptions } from '../sdk/processor-options.ts';
import type { SyntonSpanProcessor } from '../sdk/span-processor.ts';

type ProcessedSpan = Parameters<SyntonSpanProcessor['onEnd']>[0];

const SPANS_MAX = 8_192;
const KEPT_MS = 2_000;
const EXIT_MS = 3_000;

/** A span as it crosses to the other process. */
export type SentSpan = Omit<ProcessedSpan, 'spanContext' | 'resource'> & {
  readonly context: SpanContext;
};

export interface SentSpans {
  readonly export: ExportOptions;
  readonly resource: ProcessedSpan['resource']['attributes'];
  readonly spans: readonly SentSpan[];
}

export class ProgramEnd {
  readonly #export: ExportOptions;
  /** In order of their end. */
  #last: { readonly span: ProcessedSpan; readonly atMs: number }[] = [];

  constructor(destination: ExportOptions) {
    this.#export = destination;
  }

  add(span: ProcessedSpan): void {
    const atMs = performance.now();
    this.#last.push({ span, atMs });
    if (this.#last.length < SPANS_MAX * 2) return;
    this.#last = this.#last.slice(-SPANS_MAX);
  }

  /** Everything that ended so far has arrived. */
  settle(): void {
    this.#last = [];
  }

  /** Returns when the spans are sent, or time is up. */
  send(): void {
    const fromMs = performance.now() - KEPT_MS;
    const late = this.#last.filter(({ atMs }) => atMs >= fromMs).slice(-SPANS_MAX);
    if (late.length === 0) return;
    try {
      const resource = late.at(-1)!.span.resource.attributes;
      const spans = late.map(({ span }) => sentSpan(span));
      const input = serialize({ export: this.#export, resource, spans } satisfies SentSpans);
      const file = new URL(`send-child${extname(import.meta.url)}`, import.meta.url);
      const { NODE_OPTIONS: _, ...env } = process.env;
      spawnSync(process.execPath, [fileURLToPath(file)], {
        input,
        env,
        stdio: ['pipe', 'ignore', 'ignore'],
        timeout: EXIT_MS,
        windowsHide: true,
      });
    } catch {
      // An attribute that cannot be copied, no process to be had: the program ends as it would.
    }
    this.#last = [];
  }
}

function sentSpan(span: ProcessedSpan): SentSpan {
  const { parentSpanContext, status, attributes, links, events } = span;
  return {
    name: span.name,
    kind: span.kind,
    context: plainContext(span.spanContext()),
    parentSpanContext: parentSpanContext && plainContext(parentSpanContext),
    startTime: span.startTime,
    endTime: span.endTime,
    status,
    attributes,
    links: links.map((link) => ({ ...link, context: plainContext(link.context) })),
    events,
    instrumentationScope: { ...span.instrumentationScope },
    droppedAttributesCount: span.droppedAttributesCount,
    droppedEventsCount: span.droppedEventsCount,
    droppedLinksCount: span.droppedLinksCount,
  };
}

/** Without the state of the trace, which is an object with methods. */
function plainContext(context: ReturnType<ProcessedSpan['spanContext']>): SpanContext {
  const { traceId, spanId, traceFlags, isRemote } = context;
  return { traceId, spanId, traceFlags, ...(isRemote !== undefined && { isRemote }) };
}
