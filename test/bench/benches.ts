/** Finds the benches: every file of `benches/` is one, named by its file. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Bench } from './bench.ts';

const FOLDER = new URL('./benches/', import.meta.url);
/** Where they come in a run of all: the headline first. Others follow in order of name. */
const FIRST = [
  'ingest',
  'transports',
  'steady',
  'half-load',
  'sdk',
  'reads',
  'big-trace',
  'page',
  'start',
];

export async function allBenches(): Promise<ReadonlyMap<string, Bench>> {
  const names = readdirSync(fileURLToPath(FOLDER))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
  const found = new Map<string, Bench>();
  for (const name of names) {
    const { bench } = (await import(new URL(`${name}.ts`, FOLDER).href)) as { bench: Bench };
    found.set(name, bench);
  }
  return found;
}

function place(name: string): number {
  const at = FIRST.indexOf(name);
  return at < 0 ? FIRST.length : at;
}
