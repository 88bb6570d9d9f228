/** Values of attributes as people read them, and as they are copied. */
import type { AttributeValue as ModelValue } from '../../../../model/attribute.ts';
import type { Wire } from '../../../data/wire.ts';

export type AttributeValue = Wire<ModelValue>;

/** A text, a number, true or false; undefined of everything else. */
export function scalarOf(value: AttributeValue): string | undefined {
  return 'value' in value && typeof value.value !== 'object' ? String(value.value) : undefined;
}

/** JSON over several lines for what is nested, or is JSON in a text; else the text itself. */
export function attributeText(value: AttributeValue): string {
  if (value.type === 'unset') return '';
  if (value.type === 'string') return prettyJson(value.value) ?? value.value;
  return scalarOf(value) ?? JSON.stringify(plain(value), undefined, 2);
}

/** As a program would have it; 64-bit integers stay texts where a number would lose digits. */
export function plain(value: AttributeValue): unknown {
  switch (value.type) {
    case 'unset':
      return null;
    case 'int':
      return Number.isSafeInteger(Number(value.value)) ? Number(value.value) : value.value;
    case 'array':
      return value.value.map(plain);
    case 'map':
      return Object.fromEntries(value.value.map(({ key, value: of }) => [key, plain(of)]));
    default:
      return value.value;
  }
}

function prettyJson(text: string): string | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return undefined;
  }
}
