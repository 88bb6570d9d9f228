/**
 * Has recordings in vitest see every call of a project's functions: `plugins: [watchFunctions()]` in vitest.config.ts. Vitest evaluates
 * modules itself, so they are rewritten as Vite transforms them; outside of vitest the plugin does nothing.
 *
 * Not for tests that run in a browser.
 */
import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { InputMap } from '../register/rewrite/module-map.ts';
import { REWRITER_VERSION } from '../register/rewrite/rewriter-version.ts';
import { registerSettings } from '../register/settings.ts';
import { packageVersion } from '../telemetry/package-version.ts';
import { codeFilter, type FilterOptions } from './watched/code-filter.ts';
import { rewriteForVite, type TestedText } from './watched/rewrite-for-tests.ts';

/** A plugin of Vite, as far as it is used here: 6 and later. */
export interface WatchFunctionsPlugin {
  readonly name: string;
  readonly enforce: 'post';
  config(config: object): void;
  /** Of each project of a workspace, which may have files of its own: vitest 3.1 and later. */
  configureVitest(context: ProjectContext): void;
  configResolved(config: { readonly root: string }): void;
  transform(this: TransformContext, code: string, id: string): TestedText | undefined;
}

interface ProjectContext {
  readonly project: { readonly config: object };
  /** What is kept of transformed modules from run to run goes by it; vitest 5. */
  readonly defineCacheKeyGenerator?: (key: () => string) => void;
}

interface TransformContext {
  getCombinedSourcemap(): unknown;
  warn(message: string): void;
}

interface TestConfig {
  setupFiles?: string | string[];
  browser?: { enabled?: boolean };
}

const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
const SETUP = fileURLToPath(new URL(`setup${EXTENSION}`, import.meta.url));
const SCRIPT = /\.(?:[cm]?[jt]sx?|vue|svelte)$/;

/** @param options where they are not given, SYNTON_INCLUDE and SYNTON_EXCLUDE say it */
export function watchFunctions(options: FilterOptions = {}): WatchFunctionsPlugin {
  const { capture, ...settings } = registerSettings(process.env);
  const { include = settings.include, exclude = settings.exclude } = options;
  const isTesting = process.env['VITEST'] !== undefined;
  let isWatched = (_path: string): boolean => false;
  return {
    name: 'synton:watch-functions',
    enforce: 'post',
    config(config) {
      if (!isTesting) return;
      const given = config as { test?: TestConfig };
      given.test ??= {};
      addSetup(given.test);
    },
    configureVitest({ project, defineCacheKeyGenerator }) {
      addSetup(project.config);
      const key = JSON.stringify([packageVersion(), REWRITER_VERSION, include, exclude, capture]);
      defineCacheKeyGenerator?.(() => key);
    },
    configResolved({ root }) {
      if (isTesting) isWatched = codeFilter(root, { include, exclude });
    },
    transform(code, id) {
      const [path = ''] = id.split('?');
      // What plugins make up has no path: helpers of decorators, say.
      if (!isAbsolute(path) || !SCRIPT.test(path) || !isWatched(path)) return undefined;
      return rewriteForVite(code, {
        path,
        capturesArguments: capture.args,
        input: () => this.getCombinedSourcemap() as InputMap,
        onProblem: (reason) => this.warn(`functions of ${path} are not watched: ${reason}`),
      });
    },
  };
}

/** Before those of the project. Without it, as in a browser, what is rewritten does what it did. */
function addSetup(test: TestConfig): void {
  const files = [test.setupFiles ?? []].flat();
  const isInBrowser = test.browser?.enabled === true;
  if (!isInBrowser && !files.includes(SETUP)) test.setupFiles = [SETUP, ...files];
}
