/**
 * Traces as drawings: a line a span, indented below its parent, its bar where it was open, a column for 10 ms. What is told of a
 * drawn trace is a drawing too.
 *
 *     root  ────────
 *       a     ───      a word behind the bar is its kind, or `runs`
 */
import type { TraceOutline } from '../../src/model/trace-outline.ts';
import type { SpanSpec } from './otlp-request.ts';
import { buildTrace } from './trace-records.ts';

const COLUMN_MS = 10;
const COLUMN_NANO = 10_000_000;

/** The first line begins at column 0 of the names. Names are single words, siblings in order of start. */
export function drawnOutline(drawing: string): TraceOutline {
  const lines = drawing.split('\n').filter((line) => line.trim() !== '');
  const margin = Math.min(...lines.map((line) => line.search(/\S/)));
  const zero = Math.min(...lines.map((line) => line.search(/[─•]/)));
  const open: number[] = [];
  const spans: SpanSpec[] = lines.map((line, index) => {
    const depth = (line.search(/\S/) - margin) / 2;
    open.length = depth;
    const parent = open.at(-1);
    open.push(index);
    const [, name] = /(\S+)/.exec(line)!;
    const begin = line.search(/[─•]/);
    const length = /─+/.exec(line)?.[0].length ?? 0;
    const word = /[─•]\s+(\w+)\s*$/.exec(line)?.[1];
    return {
      name: name!,
      ...(parent === undefined ? {} : { parent }),
      atMs: (begin - zero) * COLUMN_MS,
      ...(word === 'runs' ? { endUnixNano: 0n } : { durationMs: length * COLUMN_MS }),
      ...(word !== undefined && word !== 'runs' ? { kind: word as 'server' } : {}),
    };
  });
  return buildTrace({ service: 'drawn', spans }).outline;
}

/** By column the first letter of the span that is on the critical path; a dot where none is. */
export function drawnPath(outline: TraceOutline): string {
  const { criticalRow, criticalFrom, criticalTo, names, name } = outline;
  let path = '';
  for (let i = 0; i < criticalRow.length; i++) {
    path = path.padEnd(criticalFrom[i]! / COLUMN_NANO, '.');
    const letter = names[name[criticalRow[i]!]!]![0]!;
    path += letter.repeat((criticalTo[i]! - criticalFrom[i]!) / COLUMN_NANO);
  }
  return path;
}

/** By name. */
export function drawnLanes({ lane, names, name, count }: TraceOutline): Record<string, number> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, row) => [names[name[row]!]!, lane[row]!]),
  );
}
