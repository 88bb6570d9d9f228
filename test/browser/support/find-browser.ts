/**
 * The browser that tests drive: SYNTON_TEST_BROWSER, else a Chromium of this system, else on Linux x64 the one in node_modules.
 * There is always one or an error that says how to get it: nothing is skipped.
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { unpackedChromium } from './unpacked-chromium.ts';

export interface FoundBrowser {
  readonly executablePath: string;
  /** What it needs beside the environment of this process. */
  readonly env: Readonly<Record<string, string>>;
}

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const ELSEWHERE: readonly string[] = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** @throws Error where there is none */
export async function findBrowser(): Promise<FoundBrowser> {
  const named = process.env['SYNTON_TEST_BROWSER'];
  if (named) {
    if (!isProgram(named)) throw new Error(`SYNTON_TEST_BROWSER=${named}: is no program`);
    return { executablePath: named, env: {} };
  }
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const installed = [
    ...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))),
    ...ELSEWHERE,
  ].find(isProgram);
  if (installed !== undefined) return { executablePath: installed, env: {} };
  if (process.platform === 'linux' && process.arch === 'x64') return unpackedChromium();
  throw new Error(
    'there is no Chromium to test the page in: install one (it is looked for in PATH as chromium or google-chrome), or set SYNTON_TEST_BROWSER to its executable',
  );
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
