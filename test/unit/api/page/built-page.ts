/** A small page as vite leaves it, made ready by the build's own script. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

const SCRIPT = join(import.meta.dirname, '../../../../build/compress-page.ts');

export const INDEX = `<!doctype html><title>Synton</title><script type="module" src="/assets/main-abcd1234.js"></script>\n`;
export const MAIN_PATH = '/assets/main-abcd1234.js';
export const MAIN: string = `export const lines = [\n${'  "one more line of the page",\n'.repeat(200)}];\n`;

const VITE = {
  'index.html': {
    file: 'assets/main-abcd1234.js',
    isEntry: true,
    css: ['assets/main-efgh5678.css'],
    imports: ['_shared.js'],
  },
  '_shared.js': { file: 'assets/shared-ijkl9012.js', imports: ['index.html'] },
};

export const PAGE: Readonly<Record<string, string>> = {
  'index.html': INDEX,
  'assets/main-abcd1234.js': MAIN,
  'assets/main-efgh5678.css': 'body { margin: 0 }\n',
  'assets/shared-ijkl9012.js': 'export {};\n',
  'assets/icon-mnop3456.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>\n',
  'robots.json': '{}\n',
  '.vite/manifest.json': JSON.stringify(VITE),
};

export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'synton-page-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** @returns what the script said. @throws where it fails, with what it said as `stderr` */
export function buildPage(folder: string, files: Readonly<Record<string, string>> = PAGE): string {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return execFileSync(process.execPath, [SCRIPT, folder], { encoding: 'utf8', stdio: 'pipe' });
}
