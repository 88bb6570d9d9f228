/** Who may import whom. Dependencies point down only; concrete components are named by the roots alone. */
import { describe, expect, test } from 'vitest';
import { importsOf, type SourceFile, sourceFiles } from './source-tree.ts';

const BELOW_ROOTS: readonly string[] =
  'model otlp telemetry pipeline projection views store config'.split(' ');

/** Top-level folder or file of src → what it may import besides itself. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  model: [],
  otlp: ['model'],
  telemetry: ['model'],
  pipeline: ['model', 'otlp', 'telemetry', 'store/contracts'],
  config: ['model', 'telemetry'],
  store: ['model', 'otlp', 'telemetry', 'pipeline', 'projection'],
  projection: ['model', 'otlp', 'telemetry', 'pipeline', 'store/contracts'],
  views: ['model', 'otlp', 'telemetry', 'pipeline', 'projection', 'store/contracts'],
  receivers: ['model', 'otlp', 'telemetry', 'pipeline', 'config'],
  processors: ['model', 'otlp', 'telemetry', 'pipeline', 'projection', 'store', 'config'],
  exporters: ['model', 'otlp', 'telemetry', 'pipeline', 'store', 'config'],
  api: [
    'model',
    'otlp',
    'telemetry',
    'pipeline',
    'projection',
    'views',
    'store/contracts',
    'config',
  ],
  // What the API answers with: types, words, and how an outline lies in its bytes.
  web: ['model'],
  query: [...BELOW_ROOTS, 'processors'],
  runtime: [...BELOW_ROOTS, 'processors', 'exporters', 'query'],
  sdk: [...BELOW_ROOTS, 'processors', 'exporters', 'runtime'],
  tracing: ['model', 'telemetry', 'sdk'],
  register: ['model', 'telemetry', 'sdk', 'tracing', 'testing/recording-registry.ts'],
  testing: ['model', 'telemetry', 'tracing', 'register', 'views/formats', 'views/params'],
  demo: ['model', 'otlp'],
  'service.ts': [
    ...BELOW_ROOTS,
    'demo',
    'processors',
    'exporters',
    'runtime',
    'receivers',
    'api',
    'service-health.ts',
  ],
  'data-directory.ts': ['model', 'telemetry', 'config', 'store'],
  'service-health.ts': ['model', 'exporters', 'runtime', 'api'],
  cli: [
    'model',
    'telemetry',
    'config',
    'service.ts',
    'data-directory.ts',
    'demo',
    'register/run-span.ts',
    'register/settings.ts',
    'register/trace-parent.ts',
  ],
  'index.ts': ['model', 'telemetry', 'config', 'service.ts'],
  'bin.ts': ['cli', 'telemetry'],
};

/** Folders whose subfolders are components: only a root, or the same top-level folder, names them. */
const COMPONENTS = /^src\/(?:receivers|processors|exporters|store)\/([^/]+)\//;
const SHARED_STORE: ReadonlySet<string> = new Set(['contracts', 'reading', 'statistics']);
const ROOTS: ReadonlySet<string> = new Set([
  'service.ts',
  'service-health.ts',
  'data-directory.ts',
  'runtime',
  'sdk',
]);

const layerOf = (path: string) => path.split('/')[1]!;

/** One line for every import that points where it must not. */
function violations(files: readonly SourceFile[]): string[] {
  const found: string[] = [];
  for (const file of files) {
    const from = layerOf(file.path);
    const allowed = LAYERS[from];
    if (allowed === undefined) {
      found.push(`${file.path}: ${from} is in no layer`);
      continue;
    }
    for (const { target } of importsOf(file)) {
      if (!target.startsWith('src/')) {
        if (from === 'model') found.push(`${file.path} imports ${target}`);
        continue;
      }
      const to = layerOf(target);
      if (to === from) continue;
      const permitted = allowed.some(
        (layer) => target === `src/${layer}` || target.startsWith(`src/${layer}/`),
      );
      const component = COMPONENTS.exec(target);
      const concrete = component !== null && !(to === 'store' && SHARED_STORE.has(component[1]!));
      if (!permitted || (concrete && !ROOTS.has(from))) {
        found.push(`${file.path} imports ${target}`);
      }
    }
  }
  return found;
}

test('src keeps to the layers', () => {
  const files = sourceFiles(['src']);
  expect(files.length).toBeGreaterThan(50);
  expect(violations(files)).toEqual([]);
});

test('columns are a form of spans, and know no store that keeps them', () => {
  const outside = sourceFiles(['src/store/columns'])
    .flatMap((file) => importsOf(file).map(({ target }) => target))
    .filter((target) => target.startsWith('src/') && !target.startsWith('src/store/columns/'));
  expect(outside.length).toBeGreaterThan(0);
  expect(
    outside.filter(
      (target) => !/^src\/(?:otlp|model|store\/contracts|store\/compression)\//.test(target),
    ),
  ).toEqual([]);
});

describe('the check itself', () => {
  test.each([
    ['src/model/ids.ts', '../otlp/span-batch.ts'],
    ['src/model/ids.ts', 'node:crypto'],
    ['src/otlp/scan.ts', '../telemetry/counters.ts'],
    ['src/views/lifecycle.ts', '../store/lmdb/reader.ts'],
    ['src/views/lifecycle.ts', '../store/reading/search.ts'],
    ['src/api/routes.ts', '../processors/ring-buffer/ring.ts'],
    ['src/receivers/otlp-grpc/server.ts', '../../exporters/otlp/client.ts'],
    ['src/exporters/otlp/client.ts', '../../store/lmdb/log.ts'],
    ['src/sdk/processor.ts', '../receivers/otlp-grpc/server.ts'],
    ['src/sdk/processor.ts', '../api/app.ts'],
    ['src/cli/start.ts', '../store/lmdb/store.ts'],
    ['src/runtime/trace-runtime.ts', '../receivers/otlp-grpc/server.ts'],
    ['src/new-folder/thing.ts', '../model/ids.ts'],
  ])('%s must not import %s', (path, target) => {
    for (const line of [
      `import { a } from '${target}';`,
      `import type { A } from '${target}';`,
      `export * from '${target}';`,
      `import {\n  a,\n  type B,\n} from '${target}';`,
      `  const a = await import('${target}');`,
    ]) {
      expect(violations([{ path, text: `/** A. */\n${line}\n` }]), line).toHaveLength(1);
    }
  });

  test.each([
    ['src/store/lmdb/reader.ts', '../contracts/trace-reader.ts'],
    ['src/store/lmdb/reader.ts', '../memory/other.ts'],
    ['src/processors/ring-buffer/ring.ts', '../../store/statistics/aggregate.ts'],
    ['src/service.ts', './store/lmdb/store.ts'],
    ['src/sdk/processor.ts', '../exporters/otlp/client.ts'],
    ['src/otlp/scan.ts', 'node:zlib'],
  ])('%s may import %s', (path, target) => {
    expect(violations([{ path, text: `import { a } from '${target}';\n` }])).toEqual([]);
  });
});
