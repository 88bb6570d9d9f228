/** Has the modules rewritten that a program loads from now on, by way of the cache. */
import { packageVersion } from '../../telemetry/package-version.ts';
import { userCacheFolder } from '../../telemetry/user-cache-folder.ts';
import type { InstalledCalls } from '../calls/install-calls.ts';
import { REWRITER_VERSION } from '../rewrite/rewriter-version.ts';
import type { RegisterSettings } from '../settings.ts';
import { installHooks } from './install-hooks.ts';
import { ModuleRewriter } from './module-rewriter.ts';
import { TransformCache } from './transform-cache.ts';

interface Watched {
  /** Of absolute paths. */
  readonly isWatched: (path: string) => boolean;
  readonly calls: InstalledCalls;
  /** As rewriteModule has it. */
  readonly keepsErrors: boolean;
  readonly say: (message: string) => void;
}

export function rewriteModules(
  { cache, capture }: Pick<RegisterSettings, 'cache' | 'capture'>,
  { isWatched, calls, keepsErrors, say }: Watched,
): void {
  const said = new Set<string>();
  const given = `${capture.args ? ' args' : ''}${keepsErrors ? ' errors' : ''}`;
  const salt = `${REWRITER_VERSION} ${packageVersion()} ${process.version}${given}`;
  const folder = cache ?? userCacheFolder('rewritten', process.env);
  installHooks(
    new ModuleRewriter({
      isWatched,
      calls,
      cache: cache === 'off' ? undefined : new TransformCache(folder, salt),
      capturesArguments: capture.args,
      keepsErrors,
      say: (topic, message) => {
        if (!said.has(topic)) say(message);
        said.add(topic);
      },
    }),
  );
}
