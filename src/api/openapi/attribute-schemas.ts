/** The JSON of what is told of the attributes of a whole trace. Objects are closed: nothing else comes. */
import * as v from 'valibot';
import type {
  AttributeColumn,
  TraceAttributes,
  TraceFindings,
} from '../../model/trace-attributes.ts';
import type { JsonOf } from './json-of.ts';
import { count } from './trace-schemas.ts';

const text = v.string();

export const traceAttributes: v.GenericSchema<JsonOf<TraceAttributes>> = v.strictObject({
  revision: text,
  spanCount: count,
  keys: v.array(v.strictObject({ key: text, spanCount: count, isOfResource: v.boolean() })),
  moreKeys: count,
});

type ColumnInJson = JsonOf<Omit<AttributeColumn, 'column'>> & { readonly column: string };

export const attributeColumn: v.GenericSchema<ColumnInJson> = v.strictObject({
  revision: text,
  key: text,
  column: v.pipe(text, v.description('Base64, a byte a row.')),
  values: v.array(v.strictObject({ text, spanCount: count })),
  otherCount: count,
  otherValues: count,
  withoutCount: count,
});

export const traceFindings: v.GenericSchema<JsonOf<TraceFindings>> = v.strictObject({
  revision: text,
  rows: v.array(count),
  matchCount: count,
  spanCount: count,
});
