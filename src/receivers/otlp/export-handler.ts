/**
 * What both OTLP receivers do with the bytes of a request: scan, hand over, and say what became of it.
 *
 * It knows no transport and no encoding of answers. The bytes are read before the returned promise is
 * handed out, so a caller may reuse them at once. It never rejects: a consumer that throws is a failed
 * outcome, logged once a request and never more than that. One handler belongs to one receiver.
 */
import { countItems, countItemsJson } from '../../otlp/count-items.ts';
import { jsonToProtobuf } from '../../otlp/json/json-to-protobuf.ts';
import { LOGS_DATA, TRACES_DATA } from '../../otlp/json/otlp-schema.ts';
import { mayHoldLogEvents, readLogEvents } from '../../otlp/read-log-events.ts';
import { SpanScanner } from '../../otlp/scan-traces.ts';
import { MalformedProtobuf } from '../../otlp/wire/malformed-protobuf.ts';
import type { Host } from '../../pipeline/component.ts';
import type { LogEventConsumer } from '../../pipeline/log-event-consumer.ts';
import type { SpanConsumer } from '../../pipeline/span-consumer.ts';
import { ACCEPTED, type ExportOutcome, type RequestKind } from './export-outcome.ts';

const NOT_KEPT = {
  logs: {
    reason: 'unsupported_logs',
    message: 'log records are not kept, but for those that tell of spans that have not ended',
  },
  metrics: { reason: 'unsupported_metrics', message: 'metrics are not kept: send traces only' },
} as const;

export class ExportHandler {
  readonly #consumer: SpanConsumer;
  readonly #host: Host;
  readonly #logEvents: LogEventConsumer | undefined;
  readonly #scanner = new SpanScanner();

  /** Without `logEvents` no log record is taken. */
  constructor(consumer: SpanConsumer, host: Host, logEvents?: LogEventConsumer) {
    this.#consumer = consumer;
    this.#host = host;
    this.#logEvents = logEvents;
  }

  /** `bytes` is the request, decompressed; `kind.encoding` is not looked at. */
  export(kind: RequestKind, bytes: Uint8Array, abort: AbortSignal): Promise<ExportOutcome> {
    const { counters } = this.#host;
    counters.add('bytes_received', bytes.length);
    const { signal } = kind;
    if (signal !== 'traces') return Promise.resolve(this.#notKept({ ...kind, signal }, bytes));
    if (kind.format === 'protobuf') return this.#traces(bytes, abort);
    const read = jsonToProtobuf(bytes, TRACES_DATA);
    if (read.status === 'ok') return this.#traces(read.bytes, abort);
    return Promise.resolve(
      this.invalid(
        `not an OTLP/JSON trace request: ${read.reason}, at byte ${read.position}, ${read.path}`,
      ),
    );
  }

  /** Counts and returns the outcome of a request that cannot be read. */
  invalid(reason: string): ExportOutcome {
    this.#host.counters.add('requests_invalid');
    return { status: 'invalid', reason };
  }

  /** Counts and returns the outcome of a request beyond the size limit. */
  tooLarge(reason: string): ExportOutcome {
    this.#host.counters.add('requests_invalid');
    return { status: 'too_large', reason };
  }

  /** Counts and returns the outcome of a request for which there is no room. */
  busy(reason: string, retryAfterMs: number): ExportOutcome {
    this.#host.counters.add('requests_busy');
    return { status: 'busy', reason, retryAfterMs };
  }

  /** Log records and data points are counted, and all of them rejected but those that tell of open spans. */
  #notKept(
    { signal, format }: { signal: 'logs' | 'metrics'; format: RequestKind['format'] },
    bytes: Uint8Array,
  ): ExportOutcome {
    let records: number;
    try {
      if (format === 'protobuf') records = countItems(signal, bytes);
      else {
        const counted = countItemsJson(signal, bytes);
        if (counted.status === 'invalid')
          return this.invalid(
            `not an OTLP/JSON ${signal} request: ${counted.reason}, at byte ${counted.position}`,
          );
        records = counted.count;
      }
      if (signal === 'logs') records -= this.#takeEvents(format, bytes);
    } catch (error) {
      if (!(error instanceof MalformedProtobuf)) return this.#failed(error);
      return this.invalid(`not an OTLP ${signal} request: ${error.message}`);
    }
    if (records === 0) return ACCEPTED;
    const { reason, message } = NOT_KEPT[signal];
    this.#host.counters.drop(reason, records);
    return { status: 'partial', rejectedSpans: records, reason: message };
  }

  /** Returns how many there were. */
  #takeEvents(format: RequestKind['format'], bytes: Uint8Array): number {
    if (this.#logEvents === undefined || !mayHoldLogEvents(bytes)) return 0;
    let request = bytes;
    if (format === 'json') {
      const read = jsonToProtobuf(bytes, LOGS_DATA);
      // Counted already, so it is JSON; as no log request it has nothing to tell.
      if (read.status === 'invalid') return 0;
      request = read.bytes;
    }
    const events = readLogEvents(request);
    this.#logEvents.take(events);
    return events.length;
  }

  async #traces(bytes: Uint8Array, abort: AbortSignal): Promise<ExportOutcome> {
    const { counters } = this.#host;
    try {
      const scanner = this.#scanner;
      const scan = scanner.scan(bytes);
      if (scan.status === 'malformed')
        return this.invalid(`not an OTLP trace request: ${scan.reason}, at byte ${scan.offset}`);
      const { invalidIds, overLimit } = scan;
      // The consumer counts what it is handed; these it never sees.
      counters.add('spans_received', invalidIds + overLimit);
      if (scanner.count === 0 && invalidIds + overLimit === 0) return ACCEPTED;
      // With every span left out there is nothing to hand over, and the answer is known.
      const result = scanner.count === 0 ? ACCEPTED : await this.#consumer.consume(scanner, abort);
      if (result.status === 'busy') counters.add('requests_busy');
      if (result.status === 'invalid') counters.add('requests_invalid');
      return invalidIds + overLimit === 0
        ? result
        : this.#withLeftOut(result, invalidIds, overLimit);
    } catch (error) {
      return this.#failed(error);
    }
  }

  #withLeftOut(result: ExportOutcome, invalidIds: number, overLimit: number): ExportOutcome {
    if (result.status !== 'accepted' && result.status !== 'partial') return result;
    // Counted only now: a busy request comes again.
    this.#host.counters.drop('invalid_id', invalidIds);
    this.#host.counters.drop('span_limit', overLimit);
    const reasons: string[] = [];
    if (invalidIds > 0)
      reasons.push(`${invalidIds} with a trace or span id all zero or of the wrong length`);
    if (overLimit > 0) reasons.push(`${overLimit} beyond the limits of bytes or attributes`);
    if (result.status === 'partial') reasons.push(result.reason);
    const rejectedBefore = result.status === 'partial' ? result.rejectedSpans : 0;
    return {
      status: 'partial',
      rejectedSpans: rejectedBefore + invalidIds + overLimit,
      reason: `spans rejected: ${reasons.join('; ')}`,
    };
  }

  #failed(error: unknown): ExportOutcome {
    const transient = isTransient(error);
    this.#host.log.error({ err: error, transient }, 'a request failed inside Synton');
    return {
      status: 'failed',
      transient,
      reason: transient ? 'a fault of storage; try again' : 'an internal error',
    };
  }
}

/**
 * Faults of the system under us pass: they carry an errno, as Node's and LMDB's do. Anything else is a
 * bug, which the same request would meet again.
 */
function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, errno } = error as { code?: unknown; errno?: unknown };
  return typeof errno === 'number' || typeof code === 'number';
}
