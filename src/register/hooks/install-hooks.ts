/**
 * Puts the rewriter between Node's loaders and its compilers. Where hooks run on the program's thread
 * (Node ≥ 22.15) they see ES modules and CommonJS alike, after every loader that was registered before.
 */
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { LoadedFormat, ModuleRewriter } from './module-rewriter.ts';

const FORMATS: ReadonlySet<unknown> = new Set<LoadedFormat>([
  'module',
  'commonjs',
  'module-typescript',
  'commonjs-typescript',
]);

export function installHooks(rewriter: ModuleRewriter): void {
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const { format, source } = loaded;
      if (!url.startsWith('file:') || !FORMATS.has(format) || source == null) return loaded;
      const text =
        typeof source === 'string' ? source : Buffer.from(source as Uint8Array).toString();
      const path = fileURLToPath(url);
      const rewritten = rewriter.rewrite(path, format as LoadedFormat, text);
      return rewritten === undefined ? loaded : { ...loaded, ...rewritten };
    },
  });
}
