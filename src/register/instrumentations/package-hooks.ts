/**
 * Sees which packages the program loads. An instrumentation patches what `require` gives; a CommonJS package that is
 * imported is given to nobody that way, so its main file requires itself at its end, and exports what comes of it.
 */
import Module, { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { InstrumentationLoader } from './instrumentation-loader.ts';
import { isMainFile, packageOf } from './package-files.ts';

const GLOBAL = Symbol.for('synton.packages');
const AT_END = '\n;globalThis[Symbol.for("synton.packages")]?.(module);';

const SETS_UP =
  /^@opentelemetry\/(?:sdk-node|sdk-trace|sdk-trace-base|sdk-trace-node|auto-instrumentations-node|propagator-.+)$/;

interface LoadedModule {
  readonly filename: string;
  readonly children: unknown[];
  loaded: boolean;
  exports: unknown;
}

/** @param onSetUp told when the program loads what sets OpenTelemetry up */
export function installPackageHooks(loader: InstrumentationLoader, onSetUp: () => void): void {
  Object.defineProperty(globalThis, GLOBAL, { value: requireItself, configurable: true });
  registerHooks({
    load(url, context, nextLoad) {
      if (loader.isLoading || !url.includes('/node_modules/')) return nextLoad(url, context);
      const path = pathOf(url);
      const file = path === undefined ? undefined : packageOf(path);
      if (path === undefined || file === undefined) return nextLoad(url, context);
      if (file.name.startsWith('@opentelemetry/') || file.name === '@fastify/otel') {
        loader.leave(file.name);
        if (SETS_UP.test(file.name)) onSetUp();
        return nextLoad(url, context);
      }
      if (!loader.isWanted(file.name)) return nextLoad(url, context);
      const isPatched = loader.use(file.name);
      const loaded = nextLoad(url, context);
      const { format, source } = loaded;
      // Where nothing says what a file is that is required, Node finds out when it compiles it.
      const isCommon = format === 'commonjs' || (format == null && /\.c?js$/.test(path));
      if (!isPatched || !isCommon || source == null) return loaded;
      if (!isMainFile(file, path)) return loaded;
      const text =
        typeof source === 'string' ? source : Buffer.from(source as Uint8Array).toString();
      return { ...loaded, source: text + AT_END };
    },
  });
}

function requireItself(module: LoadedModule): void {
  const { children } = module;
  const { length } = children;
  // It has nothing left to do; as long as it is not loaded, Node warns of whoever asks for what it does not export.
  module.loaded = true;
  try {
    module.exports = Reflect.apply(Module.prototype.require, module, [module.filename]);
  } catch {
    // An instrumentation failed: the package is what it was.
  }
  children.length = length;
}

function pathOf(url: string): string | undefined {
  try {
    return url.startsWith('file:') ? fileURLToPath(url) : undefined;
  } catch {
    return undefined;
  }
}
