/**
 * `synton stats`: how things go, asked of a running Synton; with `--storage` what lies on disk, asked of it as well or, where none runs,
 * of the data directory.
 */
import { parseDurationMs } from '../config/quantities.ts';
import { printable } from '../telemetry/printable.ts';
import { type ApiInput, apiUrl, askApi } from './api-client.ts';
import { findStorage } from './find-storage.ts';
import { storageText } from './storage-text.ts';
import { humanCount, humanNano, jsonText, textTable } from './text-table.ts';

const MINUTE_MS = 60_000;
const ROWS_MAX = 20;

interface Dashboard {
  readonly spans: number;
  readonly traces: number;
  readonly errorRate: number;
  readonly byService: readonly { readonly key: string; readonly count: number }[];
}

interface Point {
  readonly count: number;
  readonly errors: number;
  readonly p50Nano: string;
  readonly p95Nano: string;
  readonly p99Nano: string;
}

interface Open {
  readonly openSpans?: { readonly spans: number; readonly stale: number };
}

interface Series {
  readonly series: readonly { readonly key: string; readonly points: readonly Point[] }[];
}

export async function printStorage(input: ApiInput & { readonly json: boolean }): Promise<void> {
  const found = await findStorage(input);
  if (found.where === 'service') {
    const { answer, url } = found;
    if (input.json) return write(jsonText(answer));
    const title = `Storage of the Synton at ${url} (version ${answer.version}, pid ${answer.pid})`;
    return write(lines([title, '', ...storageText(answer, answer.compaction)]));
  }
  const { inventoryOf } = await import('../data-directory.ts');
  const { inventory, isCatalogueLost } = await inventoryOf(found.loaded.config);
  if (input.json) return write(jsonText({ ...inventory, isCatalogueLost }));
  const { path } = found.loaded.config.instrument.persistence;
  const title = `Storage in ${path} (no service has it)`;
  const lost = isCatalogueLost
    ? [
        '  Its catalogue is missing or damaged: the next start makes it anew and checks every partition.',
        '',
      ]
    : [];
  write(lines([title, '', ...lost, ...storageText(inventory)]));
}

/** @throws Error that says what answered instead, or that `last` is no duration */
export async function printStats(
  input: ApiInput & { readonly json: boolean; readonly last: string },
): Promise<void> {
  const lastMs = parseDurationMs(input.last);
  if (lastMs === undefined || lastMs === 0)
    throw new Error(`--last=${input.last}: expected a duration such as 15m or 2h`);
  const url = apiUrl(input);
  const last = `last=${lastMs}ms`;
  // A range is widened to whole minutes; one step holds it all, so that quantiles are those of the range.
  const step = `step=${Math.ceil(lastMs / MINUTE_MS) + 1}m`;
  const [stats, { series }, { openSpans }] = await Promise.all([
    askApi<Dashboard>(url, `/api/v1/instr/stats?${last}`),
    askApi<Series>(url, `/api/v1/instr/stats/series?by=operation&${last}&${step}`),
    askApi<Open>(url, '/health'),
  ]);
  const operations = series.map(({ key, points }) => ({ operation: key, ...points[0]! }));
  if (input.json) return write(jsonText({ ...stats, openSpans, operations }));
  write(
    lines([
      `The last ${input.last} at ${url}: ${humanCount(stats.spans)} spans, ${humanCount(stats.traces)} traces, ${share(stats.errorRate)} of spans failed`,
      ...(openSpans?.spans ? [openText(openSpans)] : []),
      ...section(
        ['service', 'spans'],
        stats.byService.map(({ key, count }) => [key, humanCount(count)]),
      ),
      ...section(
        ['operation', 'spans', 'errors', 'p50', 'p95', 'p99'],
        operations.map(({ operation, count, errors, p50Nano, p95Nano, p99Nano }) => [
          operation,
          humanCount(count),
          errors === 0 ? '0' : `${humanCount(errors)} (${share(errors / count)})`,
          ...[p50Nano, p95Nano, p99Nano].map((nanos) => humanNano(Number(nanos))),
        ]),
      ),
    ]),
  );
}

/** What programs said has started and has not ended, whenever that was. */
function openText({ spans, stale }: NonNullable<Open['openSpans']>): string {
  const gone = stale === 0 ? '' : `, ${humanCount(stale)} stale: the process is gone`;
  return `Open now: ${humanCount(spans)} ${spans === 1 ? 'span' : 'spans'}${gone}`;
}

/** The first rows of a table, and how many there are beside them. */
function section(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const more = rows.length - ROWS_MAX;
  return [
    '',
    ...textTable([head, ...rows.slice(0, ROWS_MAX)]),
    ...(more > 0 ? [`  and ${humanCount(more)} more: --json has them all`] : []),
  ];
}

function share(ratio: number): string {
  return `${(ratio * 100).toFixed(ratio > 0 && ratio < 0.01 ? 2 : 1)} %`;
}

function lines(all: readonly string[]): string {
  return `${all.map((line) => printable(line)).join('\n')}\n`;
}

function write(text: string): void {
  process.stdout.write(text);
}
