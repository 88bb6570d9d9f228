/**
 * The span of one HTTP request, by the stable conventions of OpenTelemetry. Nothing here throws: what fails is the
 * span, not the request.
 */
import {
  type Attributes,
  type Context,
  type Span,
  type SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { packageVersion } from '../../../telemetry/package-version.ts';
import { exceptionOf } from '../../../tracing/exception-of.ts';
import { redacted } from '../../../tracing/redact.ts';

const SCOPE = 'synton/http';
const TEXT_MAX = 1_024;
const METHODS: ReadonlySet<string> = new Set(
  'CONNECT DELETE GET HEAD OPTIONS PATCH POST PUT TRACE QUERY'.split(' '),
);

export class RequestSpan {
  /** With the span as the active one. */
  readonly context: Context;
  readonly #span: Span;
  readonly #errorsFrom: number;
  #isOpen = true;

  /** @param errorsFrom the first status code that is an error to whoever made the span */
  constructor(
    method: string,
    kind: SpanKind,
    attributes: Attributes,
    parent: Context,
    errorsFrom: number,
  ) {
    const isKnown = METHODS.has(method);
    this.#errorsFrom = errorsFrom;
    this.#span = trace.getTracer(SCOPE, packageVersion()).startSpan(
      isKnown ? method : 'HTTP',
      {
        kind,
        attributes: {
          'http.request.method': isKnown ? method : '_OTHER',
          ...(!isKnown && { 'http.request.method_original': method.slice(0, TEXT_MAX) }),
          ...attributes,
        },
      },
      parent,
    );
    this.context = trace.setSpan(parent, this.#span);
  }

  set(attributes: Attributes): void {
    this.#span.setAttributes(attributes);
  }

  /** The method and what the server knows the path by. */
  route(method: string, route: string): void {
    this.#span.updateName(`${method} ${route}`);
    this.#span.setAttribute('http.route', route);
  }

  status(code: number | undefined): void {
    if (code === undefined) return;
    this.#span.setAttribute('http.response.status_code', code);
    if (code < this.#errorsFrom) return;
    this.#span.setAttribute('error.type', String(code));
    this.#span.setStatus({ code: SpanStatusCode.ERROR });
  }

  fail(error: unknown): void {
    const exception = exceptionOf(error);
    const code: unknown = Object.getOwnPropertyDescriptor(Object(error), 'code')?.value;
    const type = typeof code === 'string' ? code : (exception.name ?? 'Error');
    this.#span.setAttribute('error.type', type);
    this.#span.recordException(exception);
    this.#span.setStatus({ code: SpanStatusCode.ERROR, message: exception.message });
    this.end();
  }

  end(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#span.end();
  }
}

/** Without what is nobody's business in it. */
export function urlText(url: string): string {
  return redacted(url.slice(0, TEXT_MAX));
}

/** Of `host:port`, of `[::1]:port` too. */
export function addressOf(host: string, standardPort: number): Attributes {
  const [, address = host, port] = /^(.*?)(?::(\d+))?$/.exec(host) ?? [];
  return {
    'server.address': address.replace(/^\[(.*)\]$/, '$1'),
    'server.port': port === undefined ? standardPort : Number(port),
  };
}

/** Runs what watches a request: whatever goes wrong in there is not the program's concern. */
export function guarded<Argument>(
  watch: (argument: Argument) => void,
): (argument: unknown) => void {
  return (argument) => {
    try {
      watch(argument as Argument);
    } catch {
      // The request goes on without a span.
    }
  };
}
