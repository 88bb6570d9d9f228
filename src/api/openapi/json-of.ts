import type { Attribute, AttributeValue } from '../../model/attribute.ts';
import type { SpanId, TraceId } from '../../model/ids.ts';

/** An attribute value as views/json.ts writes it. */
export type JsonAttributeValue =
  | { readonly type: 'unset' }
  | { readonly type: 'string' | 'int' | 'bytes'; readonly value: string }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'double'; readonly value: number | string }
  | { readonly type: 'array'; readonly value: readonly JsonAttributeValue[] }
  | { readonly type: 'map'; readonly value: readonly JsonAttribute[] };

export interface JsonAttribute {
  readonly key: string;
  readonly value: JsonAttributeValue;
}

/**
 * The JSON of a type of the model, by the rules of views/json.ts. A schema that is declared as that of
 * JsonOf<Model> does not compile once the model has another field or another type.
 */
export type JsonOf<T> = T extends AttributeValue
  ? JsonAttributeValue
  : T extends Attribute
    ? JsonAttribute
    : T extends bigint | TraceId | SpanId
      ? string
      : T extends readonly (infer Element)[]
        ? readonly JsonOf<Element>[]
        : T extends object
          ? JsonObjectOf<T>
          : T;

type OptionalKeys<T> = { [Key in keyof T]: undefined extends T[Key] ? Key : never }[keyof T];

type JsonObjectOf<T> = {
  readonly [Key in Exclude<keyof T, OptionalKeys<T>>]: JsonOf<T[Key]>;
} & {
  readonly [Key in OptionalKeys<T>]?: JsonOf<Exclude<T[Key], undefined>> | undefined;
};
