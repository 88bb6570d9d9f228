/** What a run comes to: counted from its spans, and from the counts of calls that the instrumentation tells at the end of a program. */
import { fileURLToPath } from 'node:url';
import { attributeText, type RunTrace, type RunTraceSpan } from './run-trace.ts';

export interface SummedIo {
  /** A host, or a database. */
  readonly name: string;
  count: number;
  failed: number;
}

export interface SummedError {
  readonly type: string;
  readonly message: string;
  /** File and line; empty where nobody knows. */
  where: string;
  count: number;
}

export interface SummedSpan {
  readonly name: string;
  readonly where: string;
  readonly durationNano: number;
}

export interface RunSummary {
  /** Undefined where no program told, as one of another language does not. */
  readonly calls?: { readonly functions: number; readonly calls: number };
  /** Without the run's own and those that only count. */
  readonly spans: number;
  readonly isCut: boolean;
  /** Most first; so the errors. */
  readonly io: readonly SummedIo[];
  readonly errors: readonly SummedError[];
  /** Longest first. */
  readonly slowest: readonly SummedSpan[];
  /** Innermost first. */
  readonly unfinished: readonly { readonly name: string; readonly where: string }[];
  /** Libraries that are used and not seen inside, each with what helps. */
  readonly unseen: readonly string[];
}

/** The name of the span that src/register/call-summary.ts makes. */
const COUNTS = 'synton.calls';
/** A span may have an empty name, and one that was killed in its first moments nobody has told. */
const UNNAMED = '(no name)';
const UNSEEN = 'synton.unseen';
const SLOWEST_MAX = 5;

export function summaryOf({ spans, isCut }: RunTrace, runSpanId: string): RunSummary {
  const counts = spans.filter(({ name }) => name === COUNTS);
  const own = spans.filter(({ name, spanId }) => name !== COUNTS && spanId !== runSpanId);
  const sum = (key: string): number =>
    counts.reduce((total, one) => total + Number(attributeText(one.attributes, key) ?? 0), 0);
  const functions = sum('synton.calls.functions');
  return {
    ...(counts.length > 0 && { calls: { functions, calls: sum('synton.calls.total') } }),
    spans: own.length,
    isCut,
    io: ioOf(own),
    errors: errorsOf(own),
    slowest: own
      .filter(({ status, durationNano }) => status !== 'Running' && durationNano !== undefined)
      .map((span) => ({
        name: span.name || UNNAMED,
        where: whereOf(span),
        durationNano: Number(span.durationNano),
      }))
      .sort((a, b) => b.durationNano - a.durationNano)
      .slice(0, SLOWEST_MAX),
    unfinished: own
      .filter(({ status }) => status === 'Running')
      // As a stack is told: those that were called last stand before their callers.
      .reverse()
      .map((span) => ({ name: span.name || UNNAMED, where: placeOf(span) })),
    unseen: [...new Set(counts.flatMap(unseenOf))],
  };
}

function unseenOf({ attributes }: RunTraceSpan): string[] {
  const found = attributes.find(({ key }) => key === UNSEEN)?.value.value;
  if (!Array.isArray(found)) return [];
  return found.flatMap((one: { readonly value?: unknown }) =>
    typeof one?.value === 'string' ? [one.value] : [],
  );
}

function ioOf(spans: readonly RunTraceSpan[]): SummedIo[] {
  const byName = new Map<string, SummedIo>();
  for (const span of spans) {
    const name = ioName(span);
    if (name === undefined) continue;
    const found = byName.get(name) ?? { name, count: 0, failed: 0 };
    found.count++;
    if (span.status === 'Failed') found.failed++;
    byName.set(name, found);
  }
  return [...byName.values()].sort((a, b) => b.count - a.count);
}

/** By the conventions of OpenTelemetry, those of today and the ones before. Undefined where the span is no I/O. */
function ioName({ attributes, otelKind }: RunTraceSpan): string | undefined {
  const system = attributeText(attributes, 'db.system.name', 'db.system', 'messaging.system');
  const host = attributeText(attributes, 'server.address', 'net.peer.name', 'peer.service');
  if (system !== undefined) {
    const database = attributeText(
      attributes,
      'db.namespace',
      'db.name',
      'messaging.destination.name',
    );
    return [system, database ?? host].filter(Boolean).join(' ');
  }
  if (otelKind !== 'client' && otelKind !== 'producer') return undefined;
  const url = attributeText(attributes, 'url.full', 'http.url') ?? '';
  return host ?? (URL.canParse(url) ? new URL(url).hostname : undefined) ?? '(unknown host)';
}

/** One for each kind: what passes through many functions is told once, of the innermost. */
function errorsOf(spans: readonly RunTraceSpan[]): SummedError[] {
  const byKind = new Map<string, SummedError>();
  const kinds = new Map<string, string>();
  for (const span of spans) {
    if (span.status !== 'Failed') continue;
    const thrown = span.events.find(({ name }) => name === 'exception')?.attributes ?? [];
    const type = attributeText(thrown, 'exception.type') ?? span.name;
    const message =
      (attributeText(thrown, 'exception.message') ?? span.metadata.statusMessage) ||
      httpStatusOf(span);
    const kind = `${type}\n${message}`;
    const where = whereOf(span) || frameOf(attributeText(thrown, 'exception.stacktrace'));
    const found = byKind.get(kind);
    kinds.set(span.spanId, kind);
    if (found === undefined) byKind.set(kind, { type, message, where, count: 1 });
    else if (kinds.get(span.parentSpanId ?? '') !== kind) found.count++;
    else if (found.count === 1) found.where = where || found.where;
  }
  return [...byKind.values()].sort((a, b) => b.count - a.count);
}

function httpStatusOf({ attributes }: RunTraceSpan): string {
  const code = attributeText(attributes, 'http.response.status_code', 'http.status_code');
  return code === undefined ? '' : `HTTP ${code}`;
}

/** Where it stood last. */
function placeOf(span: RunTraceSpan): string {
  const passed = span.events.filter(({ type }) => type === 'Checkpoint').map(whereOf);
  return passed.findLast((where) => where !== '') ?? whereOf(span);
}

function whereOf({ attributes }: Pick<RunTraceSpan, 'attributes'>): string {
  const file = attributeText(attributes, 'code.file.path', 'code.filepath');
  const line = attributeText(attributes, 'code.line.number', 'code.lineno');
  return file === undefined ? '' : `${file}${line === undefined ? '' : `:${line}`}`;
}

/** The file and line that a stack names first. */
function frameOf(stack: string | undefined): string {
  const [, file, line] = /\(?((?:file:\/\/)?\/[^\n():]+):(\d+)/.exec(stack ?? '') ?? [];
  if (file === undefined) return '';
  return `${file.startsWith('file:') ? fileURLToPath(file) : file}:${line}`;
}
