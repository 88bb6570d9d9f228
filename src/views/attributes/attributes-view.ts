/** Which attributes the spans of a trace have, and how many of them: all spans are looked at. Bound: KEYS_MAX keys are told. */
import type { TraceId } from '../../model/ids.ts';
import type { TraceAttributes } from '../../model/trace-attributes.ts';
import type { Steps } from '../../projection/in-turns.ts';
import type { ProjectedTrace } from '../../projection/project-trace.ts';
import { eachRecord } from '../each-record.ts';
import { RawParams } from '../params/raw-params.ts';
import { showTrace } from '../show-trace.ts';
import type { View } from '../view.ts';
import { AttributeKeyCounts } from './attribute-keys.ts';

const KEYS_MAX = 256;

export interface AttributesParams {
  readonly traceId: TraceId;
}

export const attributesView: View<AttributesParams, TraceAttributes> = {
  name: 'attributes',

  parseParams(raw) {
    return { traceId: new RawParams(raw, ['trace_id']).traceId() };
  },

  async render(reader, { traceId }, signal) {
    return showTrace(reader, traceId, signal, attributesOf);
  },
};

function* attributesOf(trace: ProjectedTrace): Steps<TraceAttributes> {
  const counts = new AttributeKeyCounts();
  yield* eachRecord(trace, (_, record) => counts.add(record));
  const { keys, left } = counts.sorted();
  return {
    revision: trace.revision,
    spanCount: trace.outline.count,
    keys: keys.slice(0, KEYS_MAX),
    moreKeys: Math.max(0, keys.length - KEYS_MAX) + left,
  };
}
