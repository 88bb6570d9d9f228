/** Bundles a driver with the package it drives, as programs are bundled for production. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { FOLDER } from './programs.ts';

interface Bundler {
  build(options: Readonly<Record<string, unknown>>): Promise<unknown>;
}

export async function bundleGraphql(folder: string): Promise<void> {
  const require = createRequire(join(FOLDER, 'package.json'));
  const { build } = require('esbuild') as Bundler;
  await build({
    entryPoints: [join(FOLDER, 'drivers/graphql.mjs')],
    outfile: join(folder, 'graphql.mjs'),
    bundle: true,
    minify: true,
    keepNames: true,
    sourcemap: 'inline',
    format: 'esm',
    platform: 'node',
    logLevel: 'error',
  });
}
