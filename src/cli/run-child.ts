/**
 * The command itself: a child with our own stdin, stdout and stderr, of which we touch nothing. Signals sent to us are passed on; those
 * of a terminal's keys it gets by itself, being in the same group.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { isatty } from 'node:tty';

export type ChildEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'killed'; readonly signal: NodeJS.Signals; readonly pid: number }
  | { readonly kind: 'not started'; readonly code: 126 | 127; readonly reason: string };

const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
const OF_KEYS: ReadonlySet<string> = new Set(['SIGINT', 'SIGQUIT']);
/** A signal that this process cannot die of (Node handles or ignores it) is told as a shell would. */
const DEATH_MS = 500;

export function runChild(
  [file = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<ChildEnd> {
  const child = spawn(file, args, { env, stdio: 'inherit' });
  const hasTerminal = isatty(0) || isatty(1) || isatty(2);
  const pass = (signal: NodeJS.Signals): void => {
    if (!hasTerminal || !OF_KEYS.has(signal)) child.kill(signal);
  };
  for (const signal of PASSED_ON) process.on(signal, pass);
  return new Promise<ChildEnd>((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (child.pid !== undefined) return;
      const isMissing = error.code === 'ENOENT';
      const reason = isMissing ? 'there is no such command' : error.message;
      resolve({ kind: 'not started', code: isMissing ? 127 : 126, reason });
    });
    child.once('exit', (code, signal) => {
      resolve(
        signal === null
          ? { kind: 'exited', code: code ?? 1 }
          : { kind: 'killed', signal, pid: child.pid! },
      );
    });
  }).finally(() => {
    for (const signal of PASSED_ON) process.off(signal, pass);
  });
}

/** Ends this process as the child ended. */
export async function endAs(end: ChildEnd): Promise<never> {
  if (end.kind !== 'killed') process.exit(end.code);
  process.kill(process.pid, end.signal);
  await new Promise((resolve) => setTimeout(resolve, DEATH_MS));
  process.exit(128 + constants.signals[end.signal]);
}
