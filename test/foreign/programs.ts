/** The programs: what each is, how it is started, and which of its modules are rewritten. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export const FOLDER: string = import.meta.dirname;
const PACKAGES = join(FOLDER, 'node_modules');

export interface ForeignProgram {
  readonly name: string;
  readonly kind: string;
  /** What Node is given, the entry last. Paths in it are absolute. */
  readonly args: readonly string[];
  /** Globs of the modules that are watched. */
  readonly include: readonly string[];
  /** A loader that has to come before ours. */
  readonly loader?: string;
  /** Where the lines of its output come in any order. */
  readonly isUnordered?: boolean;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Its own tests, which take long: run twice, plain and with `synton/register`. */
  readonly isSuite?: boolean;
  /** Of one run. */
  readonly secondsMax: number;
}

const SECONDS_MAX = 90;

function driven(
  name: string,
  kind: string,
  driver: string,
  more: Partial<ForeignProgram> = {},
): ForeignProgram {
  return {
    name,
    kind,
    args: [join(FOLDER, 'drivers', driver)],
    include: [`**/node_modules/${name}/**`],
    secondsMax: SECONDS_MAX,
    ...more,
  };
}

export const DRIVEN: readonly ForeignProgram[] = [
  driven('semver', 'CommonJS, cycles', 'semver.cjs'),
  driven('express', 'CommonJS, sockets', 'express.cjs', {
    include: ['**/node_modules/{express,router,body-parser,send,serve-static,finalhandler}/**'],
  }),
  driven('fastify', 'CommonJS, made code', 'fastify.cjs', {
    include: [
      '**/node_modules/{fastify,find-my-way,avvio,light-my-request,fast-json-stringify}/**',
    ],
  }),
  driven('undici', 'CommonJS, classes', 'undici.cjs'),
  driven('rxjs', 'ES5 classes, cycles', 'rxjs.cjs'),
  driven('bluebird', 'ES5, made code', 'bluebird.cjs'),
  driven('ajv', 'CommonJS, made code', 'ajv.cjs'),
  driven('react', 'large CommonJS', 'react.cjs', {
    include: ['**/node_modules/{react,react-dom}/**'],
  }),
  driven('lodash-es', 'ESM, 600 modules', 'lodash-es.mjs'),
  driven('zod', 'ESM, closures', 'zod-esm.mjs'),
  driven('zod sources', 'TypeScript by tsx', 'zod-typescript.ts', {
    include: ['**/node_modules/zod/src/**', '**/zod-typescript.ts'],
    loader: pathToFileURL(join(PACKAGES, 'tsx/dist/loader.mjs')).href,
  }),
  driven('kysely', 'ESM, classes', 'kysely.mjs'),
  driven('mobx', 'ESM, proxies', 'mobx.mjs'),
  driven('p-queue', 'ESM, async classes', 'p-queue.mjs', {
    include: ['**/node_modules/{p-queue,p-timeout,eventemitter3}/**'],
  }),
  driven('effect', 'ESM, generators', 'effect.mjs'),
  driven('ix', 'ESM, async generators', 'ix.mjs'),
  driven('yaml', 'generators, cycles', 'yaml.mjs'),
  driven('marked', 'bundled, minified', 'marked.mjs'),
  driven('prettier', 'bundled, minified', 'prettier.mjs'),
];

/** Bundled by esbuild with all that it imports, and minified; its map is within the bundle. */
export function bundled(folder: string): ForeignProgram {
  return {
    name: 'graphql',
    kind: 'bundled by esbuild, cycles',
    args: [join(folder, 'graphql.mjs')],
    include: [`${folder}/**`],
    secondsMax: SECONDS_MAX,
  };
}
