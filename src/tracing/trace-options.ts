/**
 * What a program may say about a span of its own, and what is made of it once, before any call: a plan
 * that every call of the function shares.
 */
import type { Attributes } from '@opentelemetry/api';
import type { SpanKind } from '../model/span-kind.ts';

export interface SpanOptions {
  /** What the span is in Synton's words. @default told from its attributes, else Function or AsyncTask */
  readonly kind?: SpanKind | undefined;
  readonly attributes?: Attributes | undefined;
  /** Keep what was returned, as `synton.return`: depth 2, 1 KiB, secrets redacted. @default false */
  readonly captureReturn?: boolean | undefined;
}

export interface TraceOptions extends SpanOptions {
  /** @default the function's own name, `Class#method` for a method */
  readonly name?: string | undefined;
  /** Keep the arguments, as `synton.args`: depth 2, 1 KiB, secrets redacted. @default false */
  readonly captureArguments?: boolean | undefined;
}

export const ATTRIBUTE = {
  kind: 'synton.kind',
  async: 'synton.async',
  args: 'synton.args',
  return: 'synton.return',
  functionName: 'code.function.name',
} as const;

/** Of one function, shared by its calls. `name` and `attributes` may be made more precise by the first call. */
export interface SpanPlan {
  name: string;
  attributes: Attributes;
  readonly captureArguments: boolean;
  readonly captureReturn: boolean;
}

export const ANONYMOUS = '(anonymous)';

/** @param functionName where the span stands for a function */
export function spanPlan(options: TraceOptions, functionName?: string): SpanPlan {
  const { name, kind, attributes, captureArguments, captureReturn } = options;
  return {
    name: name || functionName || ANONYMOUS,
    attributes: {
      ...(functionName && { [ATTRIBUTE.functionName]: functionName }),
      ...(kind && { [ATTRIBUTE.kind]: kind }),
      ...attributes,
    },
    captureArguments: captureArguments === true,
    captureReturn: captureReturn === true,
  };
}
