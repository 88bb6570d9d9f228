/**
 * The README's parts for the tests that hold it to what is really so. A part stands between
 * `<!-- begin NAME -->` and `<!-- end NAME -->`; with SYNTON_UPDATE_README=1 it is written anew instead.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT: string = join(import.meta.dirname, '../..');
const FILE = join(ROOT, 'README.md');

export interface FencedBlock {
  readonly language: string;
  readonly text: string;
}

export function fencedBlocks(markdown: string): readonly FencedBlock[] {
  return [...markdown.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language, text]) => ({
    language: language!,
    text: text!,
  }));
}

export function readReadme(): string {
  return readFileSync(FILE, 'utf8');
}

/** What the README says in a part. Where it is to be written anew, `now` is what it says from here on. */
export function readmePart(name: string, now: string): string {
  const readme = readReadme();
  const marks = [`<!-- begin ${name} -->\n`, `<!-- end ${name} -->`] as const;
  const start = readme.indexOf(marks[0]) + marks[0].length;
  const end = readme.indexOf(marks[1]);
  if (start < marks[0].length || end < start) throw new Error(`the README has no part ${name}`);
  if (process.env['SYNTON_UPDATE_README'] !== '1') return readme.slice(start, end);
  writeFileSync(FILE, `${readme.slice(0, start)}${now}${readme.slice(end)}`);
  return now;
}

/** As a part of the README: a fence around a text. */
export function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\`\n`;
}
