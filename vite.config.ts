/** How the page is built: from src/web into dist/web, names of files by their content, a manifest for who serves them. */
import { defineConfig } from 'vite';

export default defineConfig({
  root: 'src/web',
  base: '/',
  publicDir: false,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../../dist/web',
    emptyOutDir: true,
    manifest: true,
    sourcemap: false,
    target: ['chrome123', 'firefox120', 'safari17.5'],
    // A data: URL is no way round the page's content security policy.
    assetsInlineLimit: 0,
    // Browsers of the target know it; the polyfill would be an inline script.
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
