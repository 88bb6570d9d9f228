/** Which package is imported where, and what must stay out of the way until it is needed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Import, importsOf, loadedWith, packageOf, ROOT, sourceFiles } from './source-tree.ts';

interface PackageRule {
  /** Beginnings of the paths that may import it. */
  readonly where: readonly string[];
  /** Not loaded with these: heavy, so behind import(). */
  readonly lazyFor: readonly ('cli' | 'service' | 'sdk' | 'tracing' | 'testing')[];
}

const ALWAYS_LAZY = ['cli', 'service', 'sdk', 'tracing', 'testing'] as const;

const RULES: Readonly<Record<string, PackageRule>> = {
  '@grpc/grpc-js': { where: ['src/exporters/', 'src/demo/'], lazyFor: ALWAYS_LAZY },
  '@hono/node-server': { where: ['src/api/'], lazyFor: ALWAYS_LAZY },
  '@jridgewell/remapping': { where: ['src/register/'], lazyFor: ALWAYS_LAZY },
  '@opentelemetry/api': {
    where: ['src/sdk/', 'src/tracing/', 'src/register/', 'src/testing/', 'src/demo/'],
    lazyFor: ['cli', 'service'],
  },
  '@opentelemetry/context-async-hooks': {
    where: ['src/tracing/', 'src/register/'],
    lazyFor: ALWAYS_LAZY,
  },
  '@opentelemetry/exporter-prometheus': {
    where: ['src/telemetry/', 'src/api/'],
    lazyFor: ALWAYS_LAZY,
  },
  '@opentelemetry/exporter-trace-otlp-grpc': {
    where: ['src/sdk/', 'src/exporters/', 'src/demo/'],
    lazyFor: ALWAYS_LAZY,
  },
  '@opentelemetry/sdk-metrics': { where: ['src/telemetry/', 'src/api/'], lazyFor: ALWAYS_LAZY },
  '@opentelemetry/resources': {
    where: ['src/tracing/', 'src/register/', 'src/demo/'],
    lazyFor: ALWAYS_LAZY,
  },
  '@opentelemetry/sdk-trace-base': {
    where: ['src/sdk/', 'src/tracing/', 'src/demo/'],
    lazyFor: ALWAYS_LAZY,
  },
  '@opentelemetry/semantic-conventions': {
    where: ['src/projection/', 'src/views/', 'src/sdk/', 'src/telemetry/', 'src/api/'],
    lazyFor: [],
  },
  '@valibot/to-json-schema': { where: ['src/api/', 'src/config/'], lazyFor: ALWAYS_LAZY },
  acorn: { where: ['src/register/rewrite/'], lazyFor: ALWAYS_LAZY },
  commander: { where: ['src/cli/'], lazyFor: ['service', 'sdk', 'tracing', 'testing'] },
  hono: { where: ['src/api/'], lazyFor: ALWAYS_LAZY },
  lmdb: {
    where: ['src/store/lmdb/'],
    lazyFor: ['cli', 'sdk', 'tracing', 'testing'],
  },
  'lru-cache': {
    where: ['src/store/', 'src/processors/', 'src/api/', 'src/exporters/'],
    lazyFor: ['cli'],
  },
  'magic-string': { where: ['src/register/rewrite/'], lazyFor: ALWAYS_LAZY },
  pino: { where: ['src/telemetry/pino-logger.ts'], lazyFor: ALWAYS_LAZY },
  'pino-pretty': { where: ['src/telemetry/pino-logger.ts'], lazyFor: ALWAYS_LAZY },
  'smol-toml': { where: ['src/config/'], lazyFor: [] },
  'toml-eslint-parser': { where: ['src/config/'], lazyFor: ALWAYS_LAZY },
  valibot: { where: ['src/config/', 'src/api/', 'src/views/'], lazyFor: [] },
};

/** Bundled into the page, so that who installs Synton does not install them. */
const BUNDLED: readonly string[] = [
  ...['preact', '@preact/signals', '@tanstack/virtual-core', 'uplot', '@dagrejs/dagre'],
];

const ENTRIES = {
  cli: 'src/cli/main.ts',
  service: 'src/service.ts',
  sdk: 'src/sdk/index.ts',
  tracing: 'src/tracing/index.ts',
  testing: 'src/testing/index.ts',
} as const;

const files = sourceFiles(['src']);
const imports: ReadonlyMap<string, readonly Import[]> = new Map(
  files.map((file) => [file.path, importsOf(file)]),
);

function misplaced(path: string, found: readonly Import[]): string[] {
  return found.flatMap((one) => {
    const name = packageOf(one);
    if (name === undefined || one.kind === 'type') return [];
    if (BUNDLED.includes(name) && path.startsWith('src/web/')) return [];
    const rule = RULES[name];
    const fits = rule?.where.some((beginning) => path.startsWith(beginning));
    return fits ? [] : [`${path} imports ${name}`];
  });
}

test('packages are imported only where they belong', () => {
  expect(files.flatMap(({ path }) => misplaced(path, imports.get(path)!))).toEqual([]);
});

test('every package imported in src is a dependency, and every rule is about one', () => {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
  const used = files.flatMap(({ path }) =>
    imports
      .get(path)!
      .filter(({ kind }) => kind !== 'type')
      .flatMap((one) => packageOf(one) ?? []),
  );
  const known = [...declared, ...BUNDLED];
  expect([...new Set(used)].filter((name) => !known.includes(name))).toEqual([]);
  expect(BUNDLED.filter((name) => manifest.devDependencies[name] === undefined)).toEqual([]);
  expect(declared.filter((name) => RULES[name] === undefined)).toEqual([]);
});

describe.each(Object.entries(ENTRIES) as [keyof typeof ENTRIES, string][])('%s', (face, entry) => {
  test('loads nothing heavy before it is needed', () => {
    expect([...imports.keys()], `${entry} is the entry of ${face}`).toContain(entry);
    const heavy = [...loadedWith(entry, imports)].flatMap((path) =>
      (imports.get(path) ?? [])
        .filter(({ kind }) => kind === 'static')
        .map((one) => packageOf(one))
        .filter((name) => name !== undefined && RULES[name]?.lazyFor.includes(face))
        .map((name) => `${path} imports ${name}`),
    );
    expect(heavy).toEqual([]);
  });
});

/** Of our own files: what nobody waits for until the service is ready. */
const LATER: Readonly<Record<string, RegExp>> = {
  'src/service.ts':
    /^src\/(?:views\/(?!view-choices)|projection|receivers|api\/(?:api-app|routes\/.*-routes))/,
  'src/store/lmdb/writer-thread.ts':
    /^src\/(?:views|projection|store\/(?:columns\/.*column|segment\/segment\.ts|lmdb\/(?:recovery|rewriting|inventory)\/))/,
};

test.each(Object.entries(LATER))('%s starts without what is needed later', (entry, later) => {
  const everywhere = [...imports.keys()].filter((path) => later.test(path));
  expect(everywhere.length).toBeGreaterThan(10);
  expect([...loadedWith(entry, imports)].filter((path) => later.test(path))).toEqual([]);
});

test('the command’s shim imports nothing statically', () => {
  expect(new Set(imports.get('src/bin.ts')!.map(({ kind }) => kind))).toEqual(new Set(['lazy']));
});

test('the checks find what they look for', () => {
  const text = "import { open } from 'lmdb';\n";
  const found = importsOf({ path: 'src/views/a.ts', text });
  expect(misplaced('src/views/a.ts', found)).toEqual(['src/views/a.ts imports lmdb']);
  expect(misplaced('src/store/lmdb/a.ts', found)).toEqual([]);
  const bundled = importsOf({ path: 'src/api/a.ts', text: "import { h } from 'preact';\n" });
  expect(misplaced('src/api/a.ts', bundled)).toEqual(['src/api/a.ts imports preact']);
  const unknown = importsOf({ path: 'src/api/a.ts', text: "import x from 'left-pad/y';\n" });
  expect(misplaced('src/api/a.ts', unknown)).toEqual(['src/api/a.ts imports left-pad']);
  const chain = new Map<string, Import[]>([
    ['a', [{ target: 'b', ours: true, kind: 'static' }]],
    ['b', [{ target: 'c', ours: true, kind: 'lazy' }]],
  ]);
  expect([...loadedWith('a', chain)]).toEqual(['a', 'b']);
});
