/**
 * An endpoint: what it is called, what it takes, what it answers, and how. One table of these is what is
 * served, what the OpenAPI document says, and what `GET /` lists.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { GenericSchema } from 'valibot';
import type { SchemaName } from '../openapi/schema-names.ts';
import type { ProblemCode } from '../problem.ts';

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly description: string;
  /** Of one value. The view checks values; this tells people and programs what it expects. */
  readonly schema: GenericSchema;
  readonly example: string | number;
  /** May come more than once. */
  readonly repeated?: boolean;
}

export interface AnswerShape {
  readonly status: 200 | 202 | 304 | 503;
  readonly description: string;
  /** Content type to the schemas of its body, any one of them; none where it is text. */
  readonly content: Readonly<Record<string, readonly SchemaName[]>>;
  /** Name to description. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Parameters by name, of path and query; only known names, values as they came. */
export type GivenParameters = Readonly<Record<string, string | readonly string[]>>;

export interface Answer {
  readonly contentType: string;
  /** Bytes and streams are sent as they are, text compressed where it is worth it. Of a 304 there is none. */
  readonly body: string | Uint8Array | ReadableStream<Uint8Array>;
  /** @default 200 */
  readonly status?: 200 | 202 | 304 | 503;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What is asked besides the URL. */
export type AskedHeaders = IncomingHttpHeaders;

export type Method = 'GET' | 'POST' | 'DELETE';

export interface Route {
  /** GET is HEAD as well. What is not asked but done is another. @default GET */
  readonly method?: Method;
  /** As OpenAPI writes it: `/api/v1/instr/lifecycle/{trace_id}`. */
  readonly path: string;
  /** The same at the root, where programs look for it. */
  readonly alias?: string;
  readonly operationId: string;
  readonly tag: 'traces' | 'statistics' | 'storage' | 'service';
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly Parameter[];
  readonly answers: readonly AnswerShape[];
  /** Besides those that any endpoint may answer. */
  readonly problems: readonly ProblemCode[];
  /** The signal aborts when nobody waits for the answer any more, or takes what is left of a stream. @throws RequestRefused, or what views throw */
  handle(given: GivenParameters, signal: AbortSignal, headers: AskedHeaders): Promise<Answer>;
}

export const API_PREFIX = '/api/v1/instr';
export const JSON_TYPE = 'application/json';

export function pathsOf(route: Route): readonly string[] {
  return route.alias === undefined ? [route.path] : [route.path, route.alias];
}
