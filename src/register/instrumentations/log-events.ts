/**
 * Lines of a program's log as events of the span that is active: what instrumentation of loggers hands over.
 * Secrets are redacted. Bound: TEXT_MAX characters a line.
 */
import { type Span, trace } from '@opentelemetry/api';
import { redacted } from '../../tracing/redact.ts';

export const LOG_EVENT = 'log';
const TEXT_MAX = 512;

/** As OpenTelemetry's API of logs has it; what is not read here is not named. */
interface LogRecord {
  readonly severityText?: string;
  readonly body?: unknown;
}

interface LoggerProvider {
  getLogger(): { emit(record: LogRecord): void; enabled(): boolean };
}

/** What stands for the provider of logs that a program registers, until it does. */
interface ProxyProvider {
  _setDelegate?(provider: LoggerProvider): void;
}

const logger = {
  emit: ({ severityText, body }: LogRecord): void => {
    const span = trace.getActiveSpan();
    if (span !== undefined) addLine(span, severityText, body);
  },
  enabled: (): boolean => true,
};

/** A provider that the program registers takes our place. @param api what `@opentelemetry/api-logs` exports */
export function takeLogs(api: unknown): void {
  const { logs } = api as { readonly logs?: { getLoggerProvider(): ProxyProvider } };
  logs?.getLoggerProvider()._setDelegate?.({ getLogger: () => logger });
}

/** Of winston: it adds ids to the line, and asks. The line stays what it was. */
export function winstonLine(span: Span, line: Record<string, unknown>): void {
  for (const key of ['trace_id', 'span_id', 'trace_flags']) delete line[key];
  addLine(span, line['level'], line['message']);
}

function addLine(span: Span, level: unknown, message: unknown): void {
  if (typeof message !== 'string' || !span.isRecording()) return;
  const text = redacted(message.slice(0, TEXT_MAX));
  span.addEvent(LOG_EVENT, {
    'log.message': message.length > TEXT_MAX ? `${text}…` : text,
    ...(typeof level === 'string' && { 'log.severity': level }),
  });
}
