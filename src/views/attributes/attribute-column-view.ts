/** What one attribute says on every row of a trace's outline: see attribute-values.ts. All spans are looked at. */
import { InvalidParameter } from '../../model/errors.ts';
import type { TraceId } from '../../model/ids.ts';
import type { AttributeColumn } from '../../model/trace-attributes.ts';
import type { Steps } from '../../projection/in-turns.ts';
import type { ProjectedTrace } from '../../projection/project-trace.ts';
import { eachRecord } from '../each-record.ts';
import { RawParams } from '../params/raw-params.ts';
import { showTrace } from '../show-trace.ts';
import type { View } from '../view.ts';
import { AttributeValues } from './attribute-values.ts';

const KEY_LENGTH_MAX = 1_024;
const KEY_DEFAULT = 'service.name';

export interface AttributeColumnParams {
  readonly traceId: TraceId;
  /** @default service.name */
  readonly key: string;
}

export const attributeColumnView: View<AttributeColumnParams, AttributeColumn> = {
  name: 'attributeColumn',

  parseParams(raw) {
    const params = new RawParams(raw, ['trace_id', 'key']);
    const traceId = params.traceId();
    const key = params.text('key') ?? KEY_DEFAULT;
    if (key.length > KEY_LENGTH_MAX)
      throw new InvalidParameter('key', `expected at most ${KEY_LENGTH_MAX} characters`);
    return { traceId, key };
  },

  async render(reader, { traceId, key }, signal) {
    return showTrace(reader, traceId, signal, (trace) => columnOf(trace, key));
  },
};

function* columnOf(trace: ProjectedTrace, key: string): Steps<AttributeColumn> {
  const values = new AttributeValues(key, trace.outline.count);
  yield* eachRecord(trace, (row, record) => values.add(row, record));
  return { revision: trace.revision, ...values.column() };
}
