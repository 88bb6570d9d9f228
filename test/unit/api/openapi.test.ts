/** The OpenAPI document, held against the specification, the routes, the views, and real answers. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { createApiApp } from '../../../src/api/api-app.ts';
import { SCHEMA_NAMES } from '../../../src/api/openapi/schema-names.ts';
import { PageServer } from '../../../src/api/page/page-server.ts';
import { PROBLEM_CODES, type Problem } from '../../../src/api/problem.ts';
import { demoRoutes } from '../../../src/api/routes/demo-routes.ts';
import { pathsOf } from '../../../src/api/routes/route.ts';
import { serviceRoutes } from '../../../src/api/routes/service-routes.ts';
import { statisticsRoutes } from '../../../src/api/routes/statistics-routes.ts';
import { storageRoutes } from '../../../src/api/routes/storage-routes.ts';
import { tail } from '../../../src/api/routes/tail-route.ts';
import { traceRoutes } from '../../../src/api/routes/trace-routes.ts';
import { systemClock } from '../../../src/model/clock.ts';
import { RequestGuard } from '../../../src/pipeline/request-guard.ts';
import { Counters } from '../../../src/telemetry/counters.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { LocalRenderer } from '../../support/local-renderer.ts';
import { buildRequest } from '../../support/otlp-request.ts';
import {
  type Document,
  type DocumentedParameter,
  OPENAPI_SHAPE,
  type Operation,
} from './openapi-shape.ts';
import {
  type Answered,
  ExampleStorage,
  HEALTHY,
  ORDER_ID,
  REBUILD_ID,
  type RunningApi,
  runningApi,
  SHOP_ID,
} from './running-api.ts';
import { STRANGE, STRANGE_ID } from './strange-trace.ts';

const BASE = '/api/v1/instr';

let document: Document;
let ajv: Ajv2020;

beforeAll(async () => {
  const facts = {
    version: '1.2.3',
    startedUnixNano: 0n,
    clock: systemClock,
    counters: new Counters(),
    log: silentLogger,
    gauges: [],
    health: async () => HEALTHY,
    isReady: () => true,
  };
  const views = new LocalRenderer();
  const routes = [
    ...traceRoutes(views),
    tail({ ...facts, views, arrivals: views.arrivals, closing: new AbortController().signal }),
    ...statisticsRoutes(views),
    ...storageRoutes({ version: '1.2.3', storage: undefined }),
    ...demoRoutes(undefined),
    ...serviceRoutes(facts, () => routes),
  ] as ReturnType<typeof serviceRoutes>[number][];
  const openapi = routes.find(({ operationId }) => operationId === 'openapi')!;
  document = JSON.parse(
    (await openapi.handle({}, new AbortController().signal, {})).body as string,
  );
  ajv = new Ajv2020({ strict: true, allErrors: true });
  // The document holds schemas; its own fields are none of their keywords.
  ajv.addVocabulary(Object.keys(document));
  ajv.addSchema(document, 'api');
});

describe('the document', () => {
  test('has the shape of OpenAPI 3.1', () => {
    const isOpenApi = new Ajv2020({ strict: false, allErrors: true }).compile(OPENAPI_SHAPE);
    expect(isOpenApi(document), JSON.stringify(isOpenApi.errors)).toBe(true);
    const ids = operations().map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('has a sound schema for every name, each used, each reference found', () => {
    const { schemas } = document.components;
    expect(Object.keys(schemas).sort()).toEqual([...SCHEMA_NAMES].sort());
    for (const name of SCHEMA_NAMES) {
      expect(() => ajv.compile({ $ref: `api#/components/schemas/${name}` }), name).not.toThrow();
    }
    const text = JSON.stringify(document);
    const references = new Set(text.match(/(?<="\$ref":"#\/components\/schemas\/)[^"]+/g));
    expect([...references].sort()).toEqual([...SCHEMA_NAMES].sort());
  });

  test('names the parameters of its paths, and only those', () => {
    for (const { path, operation } of operations()) {
      const inPath = operation.parameters
        .filter((one) => one.in === 'path')
        .map(({ name }) => name);
      expect(inPath, path).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    }
  });

  test('tells every problem with its code', () => {
    const text = JSON.stringify(document.paths);
    // These two are about what has no operation: another path, another method.
    const elsewhere = ['NotFound', 'MethodNotAllowed'];
    for (const code of PROBLEM_CODES) {
      expect(text.includes(`"${code}"`), code).toBe(!elsewhere.includes(code));
    }
  });

  test('is what is served, and what is served is in it', async () => {
    const views = new LocalRenderer();
    const routes = [...traceRoutes(views), ...statisticsRoutes(views)];
    const app = createApiApp({
      routes,
      page: new PageServer({ endpoints: async () => '' }),
      guard: new RequestGuard('127.0.0.1', []),
      log: silentLogger,
      abort: new AbortController().signal,
    });
    const matched = app.routes.filter(({ method }) => method === 'GET').map(({ path }) => path);
    expect(matched).toEqual(
      routes.flatMap(pathsOf).map((path) => path.replace(/\{(\w+)\}/g, ':$1')),
    );
    const api = await runningApi();
    const served = (await api.ask(`${BASE}/openapi.json`)).json();
    expect(served).toEqual(document);
    for (const { path, method } of operations()) {
      const url = path.replace('{trace_id}', ORDER_ID);
      const answer = await api.ask(url, { method: endless(path, method) });
      expect([path, answer.status]).toEqual([path, method === 'POST' ? 202 : 200]);
    }
    const listed = (await api.ask('/')).text.match(/(?<=GET |POST |DELETE |also )\/[^\s)]*/g)!;
    expect([...new Set([...listed, '/'])].sort()).toEqual(Object.keys(document.paths).sort());
  });
});

describe('parameters', () => {
  const VIEWS: Readonly<Record<string, string>> = {
    lifecycle: 'lifecycle',
    timeline: 'timeline',
    outline: 'outline',
    attributes: 'attributes',
    attributeColumn: 'attributeColumn',
    find: 'find',
    export: 'export',
    traces: 'traces',
    stats: 'dashboard',
    statsSeries: 'statistics',
    services: 'services',
    serviceMap: 'serviceMap',
    statsDurations: 'durations',
    slowest: 'slowest',
    histogram: 'histogram',
  };

  test.each(Object.entries(VIEWS))('of %s are those that the view knows', async (id, view) => {
    const operation = operationOf(id);
    const { views } = new LocalRenderer();
    const parse = (raw: object) => views[view as keyof typeof views].parseParams(raw);
    expect(() => parse({ zzz: '1' })).toThrow(/known are/);
    try {
      parse({ zzz: '1' });
    } catch (error) {
      const known = /known are (.+)$/.exec((error as Error).message)![1]!.split(', ');
      const documented = operation.parameters.map(({ name }) => name);
      expect(documented.filter((name) => name !== 'as').sort()).toEqual(known.sort());
    }
  });

  test('examples fit their schemas, and the API takes them', async () => {
    const api = await runningApi();
    let tried = 0;
    for (const { path, method, operation } of operations()) {
      for (const parameter of operation.parameters.filter((one) => one.in === 'query')) {
        const fits = ajv.compile(parameter.schema);
        expect(fits(parameter.example), `${path} ${parameter.name}`).toBe(true);
        const given = await actualValue(api, parameter);
        const query = `${parameter.name}=${encodeURIComponent(given)}`;
        const beside = parameter.name === 'diagram' ? '&format=mermaid' : '';
        const url = `${path.replace('{trace_id}', ORDER_ID)}?${query}${beside}`;
        const { status } = await api.ask(url, { method: endless(path, method) });
        expect([path, query, status]).toEqual([path, query, method === 'POST' ? 202 : 200]);
        tried++;
      }
    }
    expect(tried).toBeGreaterThan(25);
  });

  test('what their schemas refuse, the API refuses', async () => {
    const api = await runningApi();
    let refused = 0;
    for (const { path, method, operation } of operations()) {
      for (const { name, schema, ...rest } of operation.parameters) {
        if (rest.in !== 'query' || ajv.compile(schema)('=nonsense') || isTextList(schema)) continue;
        const beside = name === 'diagram' ? '&format=mermaid' : '';
        const url = `${path.replace('{trace_id}', ORDER_ID)}?${name}=%3Dnonsense${beside}`;
        const problem = (await api.ask(url, { method })).json<Problem>();
        const parameter = name === 'trace_id' ? {} : { parameter: name };
        const code = name === 'trace_id' ? 'InvalidTraceId' : 'InvalidParameter';
        expect(problem, url).toMatchObject({ code, ...parameter });
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(15);
    const attribute = (await api.ask(`${BASE}/traces?attribute=%3Dnonsense`)).json<Problem>();
    expect(attribute.parameter).toBe('attribute');
  });
});

describe('real answers fit their schemas', () => {
  test.each([
    ['lifecycle', 'LifecycleView', ''],
    ['timeline', 'TimelineView', '?limit=3'],
    ['attributes', 'TraceAttributes', ''],
    ['attributes', 'AttributeColumn', '/values?key=service.name', 'attributeColumn'],
    ['find', 'TraceFindings', '?text=s'],
    ['export', 'SyntonExport', ''],
    ['export', 'OtlpExport', '?flavor=otlp'],
    ['export', 'ExportResponse', '?format=mermaid&as=response'],
  ])('%s as %s', async (path, schema, query, id = path) => {
    const api = await runningApi();
    await api.renderer.receive(buildRequest(STRANGE));
    for (const traceId of [ORDER_ID, REBUILD_ID, SHOP_ID, STRANGE_ID]) {
      const answer = await api.ask(`${BASE}/${path}/${traceId}${query}`);
      expect(answer.status).toBe(200);
      expectFit(answer, schema);
      expectDocumented(answer, id);
    }
  });

  test.each([
    ['traces', 'SearchPage', '/traces?limit=2'],
    ['traces', 'SearchPage', '/traces?service=nobody'],
    ['traces', 'SearchPage', '/traces?column=http.route&column=service.name'],
    ['stats', 'DashboardStats', '/stats'],
    ['stats', 'DashboardStats', '/stats?from=2020-01-01&to=2020-01-02'],
    ['statsSeries', 'Statistics', '/stats/series?by=operation&last=15m'],
    ['services', 'ServicesView', '/services'],
    ['serviceMap', 'ServiceMap', '/services/map?last=1d'],
    ['statsDurations', 'DurationBuckets', '/stats/durations?last=1d'],
    ['slowest', 'SlowestTraces', '/traces/slowest'],
    ['slowest', 'SlowestTraces', '/traces/slowest?service=nobody&limit=3'],
    ['histogram', 'TraceHistogram', '/traces/histogram?last=1d'],
    ['histogram', 'TraceHistogram', '/traces/histogram?last=1d&min_duration=1ms'],
    ['health', 'Health', '/health'],
    ['ready', 'Ready', '/ready'],
    ['openapi', 'OpenApi', '/openapi.json'],
  ])('%s as %s: %s', async (id, schema, path) => {
    const api = await runningApi();
    await api.renderer.receive(buildRequest(STRANGE));
    const answer = await api.ask(`${BASE}${path}`);
    expect(answer.status).toBe(200);
    expectFit(answer, schema);
    expectDocumented(answer, id);
  });

  test('what lies on disk, before, while and after it is compacted', async () => {
    const storage = new ExampleStorage();
    const api = await runningApi({ storage });
    const fits = async () => {
      const answer = await api.ask('/api/v1/storage');
      expectFit(answer, 'StorageAnswer');
      expectDocumented(answer, 'storage');
    };
    await fits();
    expectDocumented(await api.ask('/api/v1/storage/compact', { method: 'POST' }), 'compact');
    await fits();
    storage.finish();
    await fits();
    const inMemory = await runningApi({ storage: undefined });
    expectDocumented(await inMemory.ask('/api/v1/storage'), 'storage');
  });

  test('text is text', async () => {
    const api = await runningApi();
    expectDocumented(await api.ask('/'), 'endpoints');
    expectDocumented(await api.ask('/metrics'), 'metrics');
    for (const format of ['text', 'mermaid']) {
      expectDocumented(await api.ask(`${BASE}/export/${ORDER_ID}?format=${format}`), 'export');
    }
  });

  test('of an empty Synton, and of one that fails', async () => {
    const health = { receivers: [], forwarding: [] };
    const api = await runningApi({ views: new LocalRenderer(), health: async () => health });
    for (const [id, path] of [
      ['traces', '/traces'],
      ['stats', '/stats'],
      ['statsSeries', '/stats/series'],
      ['services', '/services'],
      ['health', '/health'],
    ] as const) {
      expectDocumented(await api.ask(`${BASE}${path}`), id);
    }
    const broken = { ...HEALTHY, store: { ...HEALTHY.store!, status: 'failed' as const } };
    const failed = await runningApi({ health: async () => broken, isReady: () => false });
    expectDocumented(await failed.ask('/health'), 'health');
    expectDocumented(await failed.ask('/ready'), 'ready');
  });

  test('problems', async () => {
    const api = await runningApi();
    for (const [id, path] of [
      ['lifecycle', '/lifecycle/xyz'],
      ['timeline', `/timeline/${'f'.repeat(32)}`],
      ['traces', '/traces?kind=Loop'],
      ['stats', '/stats?nothing=1'],
      ['services', `/services?service=${'x'.repeat(17_000)}`],
    ] as const) {
      expectDocumented(await api.ask(`${BASE}${path}`), id);
    }
    const foreign = await api.ask(`${BASE}/stats`, { headers: { host: 'evil.example' } });
    expectDocumented(foreign, 'stats');
  });

  test('the check finds a field too many, one too few, and a number where digits would be lost', () => {
    const fits = ajv.compile({ $ref: 'api#/components/schemas/LifecycleGap' });
    expect(fits({ fromOffsetNano: '0', durationNano: '1' })).toBe(true);
    expect(fits({ fromOffsetNano: '0', durationNano: '1', more: 1 })).toBe(false);
    expect(fits({ fromOffsetNano: '0' })).toBe(false);
    expect(fits({ fromOffsetNano: '0', durationNano: 1 })).toBe(false);
    const value = ajv.compile({ $ref: 'api#/components/schemas/AttributeValue' });
    expect(value({ type: 'array', value: [{ type: 'int', value: '1' }] })).toBe(true);
    expect(value({ type: 'array', value: [{ type: 'int', value: 1 }] })).toBe(false);
  });
});

interface PlacedOperation {
  readonly path: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly operation: Operation;
}

function operations(): PlacedOperation[] {
  return Object.entries(document.paths).flatMap(([path, item]) => [
    ...(item.get ? [{ path, method: 'GET' as const, operation: item.get }] : []),
    ...(item.post ? [{ path, method: 'POST' as const, operation: item.post }] : []),
    ...(item.delete ? [{ path, method: 'DELETE' as const, operation: item.delete }] : []),
  ]);
}

/** Of what is answered without an end, the headers are enough. */
function endless(path: string, method: string): string {
  return path.endsWith('/tail') ? 'HEAD' : method;
}

function operationOf(id: string): Operation {
  return operations().find(({ operation }) => operation.operationId === id)!.operation;
}

function isTextList(schema: object): boolean {
  return (schema as { type?: string }).type === 'array';
}

function expectFit(answer: Answered, schema: string): void {
  const fits = ajv.compile({ $ref: `api#/components/schemas/${schema}` });
  expect(fits(answer.json()), JSON.stringify(fits.errors?.slice(0, 3))).toBe(true);
}

/** Status, content type and body as the operation says. */
function expectDocumented(answer: Answered, id: string): void {
  const { path, method } = operations().find(({ operation }) => operation.operationId === id)!;
  const type = answer.headers['content-type']!.split(';', 1)[0]!;
  const response = operationOf(id).responses[String(answer.status)];
  expect(Object.keys(response?.content ?? {}), `${id} ${answer.status}`).toContain(type);
  const place = [
    'paths',
    path,
    method.toLowerCase(),
    'responses',
    answer.status,
    'content',
    type,
    'schema',
  ];
  const pointer = place.map((step) => encodeURIComponent(String(step).replaceAll('/', '~1')));
  const fits = ajv.compile({ $ref: `api#/${pointer.join('/')}` });
  const body: unknown = /json$/.test(type) ? answer.json() : answer.text;
  expect(fits(body), `${id}: ${JSON.stringify(fits.errors?.slice(0, 3))}`).toBe(true);
}

/** Examples of what only an answer gives are taken from one. */
async function actualValue(
  api: RunningApi,
  { name, example }: DocumentedParameter,
): Promise<string> {
  if (name === 'cursor') {
    return (await api.ask(`${BASE}/traces?limit=1`)).json<{ next: string }>().next;
  }
  if (name === 'after' || name === 'subtree') {
    const url = `${BASE}/timeline/${ORDER_ID}?limit=2`;
    const page = (await api.ask(url)).json<{ next: string; rows: { spanId: string }[] }>();
    return name === 'after' ? page.next : page.rows[1]!.spanId;
  }
  return String(Array.isArray(example) ? example[0] : example);
}
