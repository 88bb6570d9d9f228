/**
 * The trace of a run, asked of the collector's REST API once the run's own span has arrived, which is sent last. Bounds: ARRIVAL_MS of
 * waiting, SPANS_MAX spans in pages; what is beyond is left out, and that it is, is told.
 */
import { askApi } from './api-client.ts';

const ARRIVAL_MS = 3_000;
const ASK_EVERY_MS = 60;
const PAGE = 10_000;
/** For the page that was asked for last. */
const PAGE_MS = 1_000;
const SPANS_MAX = 50_000;

interface Attribute {
  readonly key: string;
  readonly value: { readonly type: string; readonly value: unknown };
}

/** As the API tells it, without what a summary has no use for. */
export interface RunTraceSpan {
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly otelKind: string;
  readonly status: string;
  /** Absent while it runs. */
  readonly durationNano?: string;
  readonly attributes: readonly Attribute[];
  readonly events: readonly {
    readonly type: string;
    readonly name: string;
    readonly attributes: readonly Attribute[];
  }[];
  readonly metadata: { readonly statusMessage: string };
}

export interface RunTrace {
  /** In depth-first order. */
  readonly spans: readonly RunTraceSpan[];
  /** Beyond SPANS_MAX, or beyond the time. */
  readonly isCut: boolean;
}

interface Page {
  readonly spans: readonly RunTraceSpan[];
  readonly next?: string;
}

export interface AskedRun {
  readonly api: string;
  readonly traceId: string;
  readonly spanId: string;
  /** The trace is somebody else's: what lies below the span of the run is asked for, not all of it. */
  readonly isPart: boolean;
}

/** Undefined where the run's span did not arrive in time. @throws Error where the collector does not answer */
export async function traceOfRun(run: AskedRun): Promise<RunTrace | undefined> {
  const untilMs = performance.now() + ARRIVAL_MS;
  const late = new Promise<undefined>((resolve) => {
    setTimeout(() => resolve(undefined), ARRIVAL_MS + PAGE_MS).unref();
  });
  const arrived = async (): Promise<RunTrace | undefined> => {
    for (;;) {
      const trace = await wholeTrace(run, untilMs);
      if (trace?.spans.some(({ spanId }) => spanId === run.spanId)) return trace;
      if (performance.now() > untilMs) return undefined;
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
  };
  return Promise.race([arrived(), late]);
}

async function wholeTrace(run: AskedRun, untilMs: number): Promise<RunTrace | undefined> {
  const spans: RunTraceSpan[] = [];
  let after = '';
  for (;;) {
    const page = await pageOf(run, after);
    if (page === undefined) return undefined;
    spans.push(...page.spans);
    if (page.next === undefined) return { spans, isCut: false };
    if (spans.length >= SPANS_MAX || performance.now() > untilMs) return { spans, isCut: true };
    after = `&after=${encodeURIComponent(page.next)}`;
  }
}

/** Undefined where nobody knows the trace, or the span in it. */
async function pageOf(
  { api, traceId, spanId, isPart }: AskedRun,
  after: string,
): Promise<Page | undefined> {
  const part = isPart ? `&subtree=${spanId}` : '';
  const path = `/api/v1/instr/export/${traceId}?format=json&limit=${PAGE}${part}${after}`;
  try {
    return await askApi<Page>(api, path);
  } catch (error) {
    if (/: (?:TraceNotFound|InvalidParameter): /.test((error as Error).message)) return undefined;
    throw error;
  }
}

/** Undefined where there is none of that name, or an empty one. */
export function attributeText(
  attributes: readonly Attribute[],
  ...keys: readonly string[]
): string | undefined {
  for (const key of keys) {
    const value = attributes.find((one) => one.key === key)?.value.value;
    if (value !== undefined && value !== null && value !== '') return String(value);
  }
  return undefined;
}
