/**
 * Puts the rewriter between Node's loaders and its compilers. Where hooks run on the program's thread
 * (Node ≥ 22.15) they see ES modules and CommonJS alike, after every loader that was registered before. Loaders of
 * CommonJS that go by the ending of the file hand what they made to `_compile` alone, so that is looked at too.
 */
import Module, {
  type LoadFnOutput,
  type RegisterHooksOptions,
  syncBuiltinESMExports,
} from 'node:module';
import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CALLS_KEY } from '../rewrite/inserted-text.ts';
import type { LoadedFormat, ModuleRewriter } from './module-rewriter.ts';

const FORMATS: ReadonlySet<unknown> = new Set<LoadedFormat>([
  'module',
  'commonjs',
  'module-typescript',
  'commonjs-typescript',
  'typescript',
]);
/** In the text of what was rewritten. */
const MARK = `.constructor["${CALLS_KEY}"]`;
/** Where nothing says what a file is that is required, Node finds out when it compiles it. */
const UNSAID = /\.c?js$/;

/** Has a file read as `require` would, by its ending. */
const BY_ENDING =
  'const m=require("node:module")._extensions;(m[require("node:path").extname(__filename)]??m[".js"])(module,__filename)';

export function installHooks(rewriter: ModuleRewriter): void {
  registerLast({
    load(url, context, nextLoad) {
      const loaded = given(url, () => nextLoad(url, context));
      const { source } = loaded;
      const format = loaded.format ?? (UNSAID.test(url) ? 'commonjs' : undefined);
      if (!url.startsWith('file:') || !FORMATS.has(format) || source == null) return loaded;
      if (source === BY_ENDING) return loaded;
      const text =
        typeof source === 'string' ? source : Buffer.from(source as Uint8Array).toString();
      const path = fileURLToPath(url);
      const rewritten = rewriter.rewrite(path, format as LoadedFormat, text);
      if (rewritten === undefined) return loaded;
      // What was not known before is still to be found out.
      const isKnown = loaded.format === format && format !== 'typescript';
      return { ...loaded, ...(isKnown ? rewritten : { source: rewritten.source }) };
    },
  });
  watchCompile(rewriter);
}

/**
 * Hooks run in the reverse order of their registration, and we can only watch what others have made: whenever somebody registers
 * some, ours are registered anew. Under NODE_OPTIONS ours would always be the first otherwise.
 */
function registerLast(hooks: RegisterHooksOptions): void {
  const { registerHooks } = Module;
  let own = registerHooks(hooks);
  Module.registerHooks = (given) => {
    const registered = registerHooks(given);
    own.deregister();
    own = registerHooks(hooks);
    return registered;
  };
  Object.defineProperty(Module.registerHooks, 'name', { value: 'registerHooks' });
  syncBuiltinESMExports();
}

/** Node 22.15 has no place for what tsx says of CommonJS: that `require` is to read it. */
function given(url: string, load: () => LoadFnOutput): LoadFnOutput {
  try {
    return load();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_INVALID_RETURN_PROPERTY_VALUE' || !url.startsWith('file:')) throw error;
    return { format: 'commonjs', source: BY_ENDING };
  }
}

type Compile = (this: unknown, source: unknown, path: string, ...rest: unknown[]) => unknown;

function watchCompile(rewriter: ModuleRewriter): void {
  const prototype = Module.prototype as unknown as { _compile?: Compile };
  const compile = prototype._compile;
  if (typeof compile !== 'function') return;
  prototype._compile = function (source, path, ...rest) {
    const [format] = rest;
    // What Node reads as JavaScript has been through the hooks.
    const isMade =
      typeof source === 'string' &&
      // Node's own text around a program on the command line has no file.
      isAbsolute(path) &&
      !/\.[cm]?js$/.test(path) &&
      !/^module|typescript$/.test(String(format));
    const isNew = isMade && !source.includes(MARK);
    const rewritten = isNew ? rewriter.rewrite(path, 'commonjs', source) : undefined;
    return Reflect.apply(compile, this, [rewritten?.source ?? source, path, ...rest]);
  };
}
