/**
 * The small family of errors that Synton throws on purpose.
 *
 * An expected outcome (busy, invalid, partial) is a value; what is thrown is a bug, an I/O fault, or
 * one of these, which name what was wrong, where, and the remedy. `code` is stable and appears in
 * REST answers; the message is for people and may change.
 */
export abstract class SyntonError extends Error {
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A trace id that is not 32 hexadecimal digits, or is all zero. REST answers 400. */
export class InvalidTraceId extends SyntonError {
  readonly code = 'InvalidTraceId';

  constructor(given: string) {
    super(
      `${JSON.stringify(given.slice(0, 64))} is not a trace id: expected 32 hexadecimal digits, not all zero`,
    );
  }
}

/** No span of the trace is in memory or in the store. REST answers 404. */
export class TraceNotFound extends SyntonError {
  readonly code = 'TraceNotFound';

  constructor(traceId: string) {
    super(
      `trace ${traceId} was not found: it was never received, was sampled out and overwritten, or has expired`,
    );
  }
}

/** A parameter of a query that cannot be read. REST answers 400 and names the parameter. */
export class InvalidParameter extends SyntonError {
  readonly code = 'InvalidParameter';
  readonly parameter: string;

  constructor(parameter: string, expected: string) {
    super(`${parameter}: ${expected}`);
    this.parameter = parameter;
  }
}
