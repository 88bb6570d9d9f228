/**
 * Attribute values as OTLP's AnyValue has them: seven types and "unset", told apart, so that a
 * projection loses nothing. Attributes stay lists: duplicate keys and order survive, and a key
 * named `__proto__` is only a key.
 */
export type AttributeValue =
  | { readonly type: 'unset' }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'int'; readonly value: bigint }
  | { readonly type: 'double'; readonly value: number }
  | { readonly type: 'bytes'; readonly value: Uint8Array }
  | { readonly type: 'array'; readonly value: readonly AttributeValue[] }
  | { readonly type: 'map'; readonly value: readonly Attribute[] };

export interface Attribute {
  readonly key: string;
  readonly value: AttributeValue;
}

/** The first value under `key`, or under the first of several names that is there (new name first). */
export function attributeOf(
  attributes: readonly Attribute[],
  ...keys: readonly string[]
): AttributeValue | undefined {
  for (const key of keys) {
    const found = attributes.find((attribute) => attribute.key === key);
    if (found) return found.value;
  }
  return undefined;
}

/** A scalar as a query writes it (`200`, `true`, `1.5`, `GET`); lists, maps, bytes and nothing have no such text. */
export function scalarText(value: AttributeValue): string | undefined {
  switch (value.type) {
    case 'string':
      return value.value;
    case 'bool':
    case 'int':
    case 'double':
      return String(value.value);
    default:
      return undefined;
  }
}
