/**
 * From the text of a module as loaders give it to the text that runs: types stripped where it is TypeScript
 * that Node itself would run, then rewritten, or taken from the cache. What cannot be rewritten is left as it came.
 */
import { createRequire, stripTypeScriptTypes } from 'node:module';
import type { InstalledCalls } from '../calls/install-calls.ts';
import type { RewrittenModule } from '../rewrite/rewrite-module.ts';
import type { TransformCache } from './transform-cache.ts';

/** The formats of Node's loaders that are looked at. */
export type LoadedFormat =
  | 'module'
  | 'commonjs'
  | 'module-typescript'
  | 'commonjs-typescript'
  /** One of the two before. */
  | 'typescript';

export interface LoadedModule {
  readonly format: 'module' | 'commonjs';
  readonly source: string;
}

export interface RewriterParts {
  readonly isWatched: (path: string) => boolean;
  readonly calls: InstalledCalls;
  /** Of a salt of its own for each value of what is below. */
  readonly cache: TransformCache | undefined;
  readonly capturesArguments: boolean;
  readonly keepsErrors: boolean;
  readonly say: (topic: string, message: string) => void;
}

type Rewrite = typeof import('../rewrite/rewrite-module.ts').rewriteModule;

export class ModuleRewriter {
  readonly #parts: RewriterParts;
  #rewrite: Rewrite | undefined;
  /** The parser comes through the hooks too. */
  #isLoading = false;

  constructor(parts: RewriterParts) {
    this.#parts = parts;
  }

  /** Undefined where the module is to be loaded as it is. Never throws. */
  rewrite(path: string, loaded: LoadedFormat, source: string): LoadedModule | undefined {
    const { isWatched, calls, cache } = this.#parts;
    if (this.#isLoading || !isWatched(path)) return undefined;
    const isTypeScript = loaded.endsWith('typescript');
    const format = loaded.startsWith('module') ? 'module' : 'commonjs';
    const key = cache?.key(path, loaded, source);
    let result = key === undefined ? undefined : cache?.read(key);
    if (result === undefined) {
      const text = isTypeScript ? withoutTypes(source) : source;
      // Node says itself what is wrong with it.
      if (text === undefined) return undefined;
      result = this.#made(path, format, text) ?? null;
      if (key !== undefined) cache?.write(key, result);
    }
    if (result === null) return undefined;
    calls.add(path, result.functions);
    return { format, source: result.code };
  }

  #load(): Rewrite {
    this.#isLoading = true;
    try {
      return loadRewrite();
    } finally {
      this.#isLoading = false;
    }
  }

  #made(path: string, format: 'module' | 'commonjs', source: string): RewrittenModule | undefined {
    // Loaded when it is needed: a program whose modules are all in the cache does without the parser.
    this.#rewrite ??= this.#load();
    let problem: string | undefined;
    const onProblem = (reason: string): void => {
      problem ??= reason;
    };
    const { capturesArguments, keepsErrors } = this.#parts;
    const options = { path, capturesArguments, keepsErrors, onProblem };
    let made = this.#rewrite(source, { ...options, format });
    // Node takes a file without a type for CommonJS first, and looks again when it finds an import.
    if (problem !== undefined && format === 'commonjs') {
      const first = problem;
      problem = undefined;
      made = this.#rewrite(source, { ...options, format: 'module' });
      if (problem !== undefined) problem = first;
    }
    if (problem !== undefined) {
      this.#parts.say('unparsed', `functions of ${path} are not watched: ${problem}`);
    }
    return made;
  }
}

function loadRewrite(): Rewrite {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const require = createRequire(import.meta.url);
  return (require(`../rewrite/rewrite-module${extension}`) as { rewriteModule: Rewrite })
    .rewriteModule;
}

/** Undefined for what is more than types. Keeps lines and columns. */
function withoutTypes(source: string): string | undefined {
  const { emitWarning } = process;
  // It warns that it is experimental, on a program's stderr.
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(source);
  } catch {
    return undefined;
  } finally {
    process.emitWarning = emitWarning;
  }
}
