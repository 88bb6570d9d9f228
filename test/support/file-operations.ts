/** Looks on while the process changes files: every call that does is told before it is made, and may be refused. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const CHANGING = [
  'openSync',
  'writeSync',
  'fsyncSync',
  'renameSync',
  'rmSync',
  'mkdirSync',
] as const;

/** `before` is called with the number of the call, from 0, and its name; what it throws the caller gets. Returns how many there were. */
export async function watchingFiles(
  before: (call: number, name: string) => void,
  work: () => Promise<void>,
): Promise<number> {
  const real = Object.fromEntries(CHANGING.map((name) => [name, fs[name]]));
  let calls = 0;
  let isWatching = true;
  const replaced = fs as unknown as Record<string, unknown>;
  for (const name of CHANGING)
    replaced[name] = (...args: unknown[]) => {
      const original = real[name] as (...args: unknown[]) => unknown;
      if (!isWatching || (name === 'openSync' && args[1] !== 'w')) return original(...args);
      isWatching = false;
      try {
        before(calls++, name);
      } finally {
        isWatching = true;
      }
      return original(...args);
    };
  syncBuiltinESMExports();
  try {
    await work();
  } finally {
    Object.assign(fs, real);
    syncBuiltinESMExports();
  }
  return calls;
}
