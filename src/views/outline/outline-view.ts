/**
 * The shape of a trace as bytes, for whoever draws all of it: see encode-outline.ts. Reads no span that was read before; where
 * nothing has changed since a revision, nothing but that is answered. Bound: that of a trace, 500,000 rows.
 */
import type { Clock } from '../../model/clock.ts';
import type { SpanId, TraceId } from '../../model/ids.ts';
import { RawParams } from '../params/raw-params.ts';
import { showTrace } from '../show-trace.ts';
import { rangeOf } from '../trace-rows.ts';
import type { View } from '../view.ts';
import { encodeOutline } from './encode-outline.ts';

export interface OutlineParams {
  readonly traceId: TraceId;
  /** This span and all below it. */
  readonly subtree?: SpanId;
  /** Of what the asker has. */
  readonly revisions: readonly string[];
}

export interface OutlineAnswer {
  readonly revision: string;
  /** Undefined where the asker has this revision. The whole of its memory. */
  readonly bytes: Uint8Array | undefined;
}

export function outlineView(clock: Clock): View<OutlineParams, OutlineAnswer> {
  return {
    name: 'outline',

    parseParams(raw) {
      const params = new RawParams(raw, ['trace_id', 'subtree', 'revision']);
      const subtree = params.spanId('subtree');
      const revisions = params.all('revision');
      return {
        traceId: params.traceId(),
        ...(subtree === undefined ? {} : { subtree }),
        revisions,
      };
    },

    async render(reader, { traceId, subtree, revisions }, signal) {
      const now = revisions.length === 0 ? undefined : await reader.revision(traceId);
      if (now !== undefined && revisions.includes(now)) return { revision: now, bytes: undefined };
      return showTrace(reader, traceId, signal, function* ({ outline, revision }) {
        if (revisions.includes(revision)) return { revision, bytes: undefined };
        const range = rangeOf(outline, subtree);
        const bytes = yield* encodeOutline(outline, range, revision, clock.unixNano());
        return { revision, bytes };
      });
    },
  };
}
