/**
 * Looks inside of libraries: with OpenTelemetry's packages where the program has them, and for HTTP, both ways, with
 * what Node tells itself where it has not.
 */
import { type Context, propagation } from '@opentelemetry/api';
import type { InstrumentationSettings } from '../settings.ts';
import { watchHttpClient } from './http/http-client.ts';
import { watchHttpServer } from './http/http-server.ts';
import { watchUndici } from './http/undici-client.ts';
import { InstrumentationLoader, installCommand } from './instrumentation-loader.ts';
import { installPackageHooks } from './package-hooks.ts';
import { TracePropagator } from './trace-propagator.ts';

export interface StartedInstrumentations {
  /** Libraries that are used and not seen inside: `pg: npm i …`. */
  unseen(): string[];
}

/** HTTP is seen without a package too, and so never told as unseen. */
const SEEN_ANYWAY: ReadonlySet<string> = new Set(['http', 'undici']);

/** @param root the context of what has no parent */
export function startInstrumentations(
  settings: InstrumentationSettings,
  folder: string,
  root: Context,
  say: (message: string) => void,
): StartedInstrumentations {
  if (!settings.isAuto && settings.names.length === 0) return { unseen: () => [] };
  const loader = new InstrumentationLoader({ root: folder, settings, say });
  loader.start();
  const isPropagating = propagation.setGlobalPropagator(new TracePropagator(root));
  let isReleased = !isPropagating;
  installPackageHooks(loader, () => {
    // A program that sets OpenTelemetry up brings its own, and the API accepts no second.
    if (!isReleased) propagation.disable();
    isReleased = true;
  });
  const isNative = (name: string) => (): boolean => !loader.has(name) && !loader.isLeft(name);
  const isWanted = (name: string): boolean => settings.isAuto || settings.names.includes(name);
  if (isWanted('http') && !loader.has('http')) {
    watchHttpClient(isNative('http'));
    watchHttpServer(isNative('http'), root);
  }
  if (isWanted('undici') && !loader.has('undici')) watchUndici(isNative('undici'));
  return {
    unseen: () =>
      loader
        .unseen()
        .filter(({ name }) => !SEEN_ANYWAY.has(name))
        .map((library) => `${library.name}: ${installCommand(library)}`),
  };
}
