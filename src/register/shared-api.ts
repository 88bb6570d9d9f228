/**
 * OpenTelemetry's API lets no copy of itself register anything once another one has, of any other version: not 1.9.0 after 1.9.1 either.
 * A program with a copy of its own could not set its tracing up. So what ours has registered goes by the version of the program's copy.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { packageOf } from './instrumentations/package-files.ts';

/** Where all copies of version 1 keep what was registered. */
const REGISTERED = Symbol.for('opentelemetry.js.api.1');
const RELEASE = /^1\.(\d+)\.\d+$/;

/**
 * After ours has registered all that it will. A version older than ours by more than a patch is left: ours would not find its own.
 *
 * @param folder where the program looks for its packages
 */
export function goByVersionOf(folder: string): void {
  const registered = Reflect.get(globalThis, REGISTERED) as { version: string } | undefined;
  const own = RELEASE.exec(registered?.version ?? '');
  const given = versionIn(folder);
  const theirs = RELEASE.exec(given);
  if (registered === undefined || own === null || theirs === null) return;
  if (Number(theirs[1]) >= Number(own[1])) registered.version = given;
}

/** Empty where there is none. */
function versionIn(folder: string): string {
  try {
    const found = packageOf(
      createRequire(join(folder, 'program.js')).resolve('@opentelemetry/api'),
    );
    if (found === undefined) return '';
    return String(JSON.parse(readFileSync(join(found.folder, 'package.json'), 'utf8')).version);
  } catch {
    return '';
  }
}
