/**
 * What the API answers when it does not answer: RFC 9457 problem details with a stable code. Programs go by
 * `code`; `title` and `detail` are for people. Faults of ours are named, never described: no message, no stack.
 */
import { SyntonError } from '../model/errors.ts';

export const PROBLEMS = {
  InvalidTraceId: { status: 400, title: 'This is not a trace id' },
  InvalidParameter: { status: 400, title: 'A parameter cannot be used' },
  InvalidRequest: { status: 400, title: 'The request cannot be read' },
  ForbiddenHost: { status: 403, title: 'Requests by way of this host or origin are refused' },
  TraceNotFound: { status: 404, title: 'The trace is not known' },
  NotFound: { status: 404, title: 'There is no such endpoint' },
  NotPersisted: { status: 404, title: 'Nothing is kept on disk' },
  MethodNotAllowed: { status: 405, title: 'The endpoint has no such method' },
  BodyNotAccepted: { status: 413, title: 'Requests to the API carry no body' },
  UrlTooLong: { status: 414, title: 'The URL is too long' },
  Internal: { status: 500, title: 'Synton failed to answer' },
  Unavailable: { status: 503, title: 'Synton cannot answer now' },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

export const PROBLEM_CODES = Object.keys(PROBLEMS) as readonly ProblemCode[];

/** The body of every answer that is an error. */
export interface Problem {
  /** `urn:synton:problem:` and the code. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail: string;
  /** Of the URL, where one is to blame. */
  readonly parameter?: string;
}

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

/** A request that is answered with a problem. Its message becomes `detail`. */
export class RequestRefused extends SyntonError {
  readonly code: ProblemCode;
  readonly parameter: string | undefined;
  /** Beside those of every answer: Allow, say. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ProblemCode,
    detail: string,
    more: {
      readonly parameter?: string;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(detail);
    this.code = code;
    this.parameter = more.parameter;
    this.headers = more.headers ?? {};
  }
}

/** Codes of errors that views throw, which come from another thread without their class. */
const VIEW_ERRORS: ReadonlySet<string> = new Set<ProblemCode>([
  'InvalidTraceId',
  'InvalidParameter',
  'TraceNotFound',
]);

/** Whatever was thrown, as what the client is told. Anything unexpected is `Internal`. */
export function refusalOf(error: unknown): RequestRefused {
  if (error instanceof RequestRefused) return error;
  if (error instanceof SyntonError) {
    if (VIEW_ERRORS.has(error.code)) {
      const parameter = (error as { parameter?: unknown }).parameter;
      return new RequestRefused(
        error.code as ProblemCode,
        error.message,
        typeof parameter === 'string' ? { parameter } : {},
      );
    }
    if (error.code === 'StoreUnavailable') {
      return new RequestRefused('Unavailable', 'the store cannot be read; the log says why');
    }
  }
  return new RequestRefused(
    'Internal',
    'the fault is in Synton, not in the request; the log has it',
  );
}

export function problemOf(refused: RequestRefused): Problem {
  const { status, title } = PROBLEMS[refused.code];
  return {
    type: `urn:synton:problem:${refused.code}`,
    title,
    status,
    code: refused.code,
    detail: refused.message,
    ...(refused.parameter === undefined ? {} : { parameter: refused.parameter }),
  };
}
