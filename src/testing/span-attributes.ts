/** Attributes of a recorded span by their present-day names, found under the older ones too. */
import { namesOf } from '../model/attribute-names.ts';
import type { RecordedSpan } from './recorded-span.ts';

/** A text that is not empty, or undefined. */
export function spanText({ attributes }: RecordedSpan, name: string): string | undefined {
  for (const key of namesOf(name)) {
    const value = attributes[key];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}
