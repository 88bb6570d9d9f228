/**
 * The logger of the service: JSON lines, or readable ones on a terminal, on standard error.
 *
 * pino is loaded here and nowhere else, and pino-pretty only where it is used. Everything that is logged is
 * made printable first, names included, since names of spans and addresses of clients come from outside.
 * Nested fields are followed four levels deep and fifty entries wide. Writing is synchronous, so that the
 * last line before an exit is not lost.
 */
import type { Logger } from './logger.ts';
import { printable } from './printable.ts';

export interface PinoSettings {
  readonly level: 'info' | 'warn' | 'error' | 'silent';
  /** auto: pretty where the destination is a terminal. */
  readonly format: 'auto' | 'json' | 'pretty';
  /** @default standard error */
  readonly destination?: { write(line: string): void };
}

const DEPTH_MAX = 4;
const ENTRIES_MAX = 50;
const STANDARD_ERROR = 2;

export async function createPinoLogger(settings: PinoSettings): Promise<Logger> {
  const { pino } = await import('pino');
  const pretty =
    settings.format === 'pretty' || (settings.format === 'auto' && process.stderr.isTTY === true);
  const destination = settings.destination ?? standardError(pino.destination);
  const options = {
    level: settings.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  if (!pretty) {
    const formatters = { level: (label: string) => ({ level: label }) };
    return printableLogger(pino({ ...options, formatters }, destination));
  }
  const { prettyFactory } = await import('pino-pretty');
  const prettify: (line: string) => string = prettyFactory({
    colorize: settings.destination === undefined && process.stderr.isTTY === true,
    translateTime: 'SYS:HH:MM:ss.l',
  });
  return printableLogger(
    pino(options, { write: (line: string) => destination.write(prettify(line)) }),
  );
}

function standardError(open: typeof import('pino').pino.destination): {
  write(line: string): void;
} {
  const stream = open({ dest: STANDARD_ERROR, sync: true });
  // A closed terminal must not end the service; there is nobody left to tell.
  stream.on('error', () => {});
  return stream as { write(line: string): void };
}

function printableLogger(logger: Logger): Logger {
  return {
    info: (fields, message) => logger.info(printableFields(fields), printable(message)),
    warn: (fields, message) => logger.warn(printableFields(fields), printable(message)),
    error: (fields, message) => logger.error(printableFields(fields), printable(message)),
  };
}

function printableFields(fields: object): object {
  return printableValue(fields, 0) as object;
}

function printableValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return printable(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEPTH_MAX) return '…';
  if (value instanceof Error) return printableError(value, depth);
  if (Array.isArray(value)) {
    return value.slice(0, ENTRIES_MAX).map((item) => printableValue(item, depth + 1));
  }
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, ENTRIES_MAX)
      .map(([name, item]) => [printable(name), printableValue(item, depth + 1)]),
  );
}

/** The stack keeps its frames alone: the message may hold lines that only look like frames or logs. */
function printableError(error: Error, depth: number): object {
  const { code, cause } = error as NodeJS.ErrnoException;
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? [];
  return {
    type: printable(error.name),
    message: printable(error.message),
    ...(code === undefined ? {} : { code: printable(String(code)) }),
    stack: frames.map((line) => printable(line.trim())),
    ...(cause === undefined ? {} : { cause: printableValue(cause, depth + 1) }),
  };
}
