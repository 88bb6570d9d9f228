/**
 * How often each function was called, as V8 counts it itself: nothing is rewritten. From when it is started;
 * functions that V8 has compiled before are counted from then on.
 */
import { readFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { fileURLToPath } from 'node:url';

export interface CoveredFunction {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly calls: number;
}

interface Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly {
      readonly functionName: string;
      readonly ranges: readonly { readonly startOffset: number; readonly count: number }[];
    }[];
  }[];
}

/** Returns what tells the counts so far. */
export function startCoverage(isWatched: (path: string) => boolean): () => CoveredFunction[] {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  return () => {
    let taken: Coverage = { result: [] };
    session.post('Profiler.takePreciseCoverage', (error, found) => {
      if (error === null) taken = found as Coverage;
    });
    return taken.result.flatMap(({ url, functions }) => {
      const path = url.startsWith('file:') ? fileURLToPath(url) : undefined;
      if (path === undefined || !isWatched(path)) return [];
      const text = textOf(path);
      return functions.flatMap(({ functionName, ranges }) => {
        const [range] = ranges;
        // The module itself has no name, and begins where its text does.
        const isModule = functionName === '' && range?.startOffset === 0;
        if (range === undefined || range.count === 0 || isModule) return [];
        const line = text.slice(0, range.startOffset).split('\n').length;
        return [{ name: functionName || '(anonymous)', file: path, line, calls: range.count }];
      });
    });
  };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
