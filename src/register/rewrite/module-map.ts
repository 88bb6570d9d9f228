/**
 * Source maps: the one that a module came with, and the one that it leaves with. The map of our edits is
 * composed with the first, so that a debugger and a stack trace name the source that a person wrote.
 */
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import remapping from '@jridgewell/remapping';
import type MagicString from 'magic-string';

/** As the format has it; what is not needed here is not named. */
export interface InputMap {
  readonly version: number;
  readonly sources: readonly (string | null)[];
  readonly sourceRoot?: string;
  readonly mappings: string;
}

export interface SourcePlace {
  /** Where the function stands in another file than the module's. */
  readonly file?: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

const DATA_URL = /^data:application\/json[^,]*?(;base64)?,(.*)$/s;

/** Undefined where there is none, or it is no map that can be read. @param url what the module's last comment says */
export function readInputMap(url: string | undefined, path: string): InputMap | undefined {
  if (url === undefined) return undefined;
  try {
    const data = DATA_URL.exec(url);
    const text =
      data === null
        ? readFileSync(resolve(dirname(path), decodeURI(url)), 'utf8')
        : data[1] === undefined
          ? decodeURIComponent(data[2]!)
          : Buffer.from(data[2]!, 'base64').toString();
    const map = JSON.parse(text) as Partial<InputMap>;
    const isMap =
      map.version === 3 && typeof map.mappings === 'string' && Array.isArray(map.sources);
    return isMap ? (map as InputMap) : undefined;
  } catch {
    return undefined;
  }
}

/** The comment that carries the map of `edited`, one line. */
export function mapComment(edited: MagicString, path: string, input: InputMap | undefined): string {
  const source = pathToFileURL(path).href;
  const decoded = edited.generateDecodedMap({ source, hires: 'boundary' });
  const made = input === undefined ? edited.generateMap({ source, hires: 'boundary' }) : composed();
  const data = Buffer.from(made.toString()).toString('base64');
  return `//# sourceMappingURL=data:application/json;base64,${data}`;

  function composed(): { toString(): string } {
    return composedMap({ ...decoded, version: 3 as const, names: decoded.names ?? [] }, input!);
  }
}

/** From the outcome of the later of two steps to the source of the earlier. */
export function composedMap(later: object, earlier: InputMap): { toString(): string } {
  return remapping([later as never, earlier as never], () => null);
}

/** Where a person would look for what stands at `line` and `column` of the module, both from 1. */
export function originOf(
  input: InputMap | undefined,
): (line: number, column: number, path: string) => SourcePlace {
  if (input === undefined) return (line, column) => ({ line, column });
  const map = new SourceMap(input as never);
  return (line, column, path) => {
    const entry = map.findEntry(line - 1, column - 1);
    if (!('originalSource' in entry) || entry.originalSource === undefined) return { line, column };
    const file = sourcePath(entry.originalSource, input.sourceRoot ?? '', path);
    return {
      ...(file !== path && { file }),
      line: entry.originalLine + 1,
      column: entry.originalColumn + 1,
    };
  };
}

function sourcePath(source: string, root: string, path: string): string {
  if (source.startsWith('file:')) return fileURLToPath(source);
  if (/^[a-z][a-z+.-]+:/i.test(source)) return source;
  return resolve(dirname(path), root, source);
}
