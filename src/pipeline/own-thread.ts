/**
 * Starts a thread of Synton's own. It takes over none of the program's command line: `--import` of an instrumentation, or the
 * `--input-type` of a script given as text, is for the program and not for us.
 *
 * @param module path of its file from the caller's, without its ending: that is the caller's own, `.ts` or `.js`
 */
import { extname } from 'node:path';
import { Worker, type WorkerOptions } from 'node:worker_threads';

export function ownThread(module: string, callerUrl: string, options: WorkerOptions): Worker {
  const file = new URL(`${module}${extname(callerUrl)}`, callerUrl);
  return new Worker(file, { ...options, execArgv: [] });
}
