/** Where in the code a span is made, and a link that opens it in an editor. */
import type { TraceSpan } from '../../../data/wire.ts';
import { scalarOf } from './attribute-text.ts';

export interface CodePlace {
  /** `shop/stock.ts:42`, the last parts of the path. */
  readonly words: string;
  /** Undefined where the path is not of this machine's file system. */
  readonly href: string | undefined;
}

const PARTS_SHOWN = 3;

export function codePlaceOf({ attributes }: Pick<TraceSpan, 'attributes'>): CodePlace | undefined {
  const first = (...keys: readonly string[]): string | undefined => {
    for (const name of keys) {
      const found = attributes.find(({ key }) => key === name);
      const word = found && scalarOf(found.value);
      if (word) return word;
    }
    return undefined;
  };
  const given = first('code.file.path', 'code.filepath');
  if (given === undefined) return undefined;
  const path = fileOf(given);
  const line = first('code.line.number', 'code.lineno');
  const end = line !== undefined && /^\d+$/.test(line) ? `:${line}` : '';
  const short = path.split(/[\\/]/).slice(-PARTS_SHOWN).join('/');
  return { words: `${short}${end}`, href: editorLink(path, end) };
}

/** Only what is a path from the root: anything else would open something else. */
export function editorLink(path: string, end: string): string | undefined {
  const isWindows = /^[A-Za-z]:[\\/]/.test(path);
  if (!path.startsWith('/') && !isWindows) return undefined;
  const slashed = path.replaceAll('\\', '/');
  const rooted = isWindows ? `/${slashed}` : slashed;
  return `vscode://file${rooted.split('/').map(encodeURIComponent).join('/')}${end}`;
}

function fileOf(given: string): string {
  if (!given.startsWith('file://')) return given;
  try {
    return decodeURIComponent(new URL(given).pathname);
  } catch {
    return given;
  }
}
