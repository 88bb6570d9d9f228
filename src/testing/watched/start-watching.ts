/** Watches the functions of a test process whose modules Node loads. Nothing of the program has run yet. */
import { threadId } from 'node:worker_threads';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { programRoot } from '../../register/hooks/module-filter.ts';
import { rewriteModules } from '../../register/hooks/rewrite-modules.ts';
import { startInstrumentations } from '../../register/instrumentations/start-instrumentations.ts';
import { registerSettings } from '../../register/settings.ts';
import { codeFilter } from './code-filter.ts';
import { watchCalls } from './watch-calls.ts';

/** Does nothing where functions are watched already. */
export function startWatching(): void {
  const settings = registerSettings(process.env);
  const calls = watchCalls(settings.capture);
  if (calls === undefined) return;
  for (const warning of settings.warnings) say(warning);
  // Of a runner that is installed, the folder of the program that runs is another.
  const folder = process.cwd();
  const isWatched = codeFilter(folder, settings);
  rewriteModules(settings, { isWatched, calls, keepsErrors: true, say });
  startInstrumentations(settings.instrumentations, programRoot(folder), ROOT_CONTEXT, say);
}

/** Of settings and modules that are wrong. */
function say(message: string): void {
  const where = threadId === 0 ? '' : ` (thread ${threadId})`;
  process.stderr.write(`synton${where}: ${message}\n`);
}
