/** Each key of the given configuration changes what a running service does. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningService, startService } from '../../src/service.ts';
import { buildRequest, type RequestSpec } from '../support/otlp-request.ts';
import { GrpcUpstream, HttpUpstream, spanIdsOf } from '../support/otlp-upstream.ts';
import { load } from '../unit/config/loading.ts';

const HOUR_MS = 3_600_000;

let folder: string;
let services: RunningService[];
let upstreams: { stop(): void }[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'synton-keys-'));
  services = [];
  upstreams = [];
});

afterEach(async () => {
  for (const service of services) await service.shutdown(1000);
  for (const upstream of upstreams) upstream.stop();
  rmSync(folder, { recursive: true });
});

/** Starts the service from a file with these keys, data below the test's own folder. */
async function started(keys: Readonly<Record<string, string | number | boolean>> = {}) {
  const lines = Object.entries({
    'receivers.otlp.grpc.endpoint': '127.0.0.1:0',
    'receivers.otlp.http.endpoint': '127.0.0.1:0',
    'api.endpoint': '127.0.0.1:0',
    ...keys,
  }).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
  const service = await startService(load({ file: lines.join('\n') }, folder).config);
  services.push(service);
  return service;
}

async function restarted(keys: Parameters<typeof started>[0] = {}) {
  await services.at(-1)!.shutdown(5000);
  return started(keys);
}

let seed = Date.now() % HOUR_MS;

/** Sends one trace and returns its id. */
async function send(service: RunningService, spec: RequestSpec = {}): Promise<string> {
  const body = buildRequest({ spans: [{ name: 'one' }], seed: seed++, ...spec });
  const { host, port } = service.endpoints.http!;
  const answer = await fetch(`http://${host}:${port}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body: Buffer.from(body),
  });
  expect(answer.status).toBe(200);
  return traceIdOf(body);
}

function traceIdOf(request: Uint8Array): string {
  const bytes = Buffer.from(request);
  // trace_id, field 1 of the span, 16 bytes; then span_id.
  const at = bytes.indexOf(Buffer.from([0x0a, 16]));
  return bytes.toString('hex', at + 2, at + 18);
}

async function ask(service: RunningService, path: string) {
  const { host, port } = service.endpoints.api;
  const answer = await fetch(`http://${host}:${port}${path}`);
  return { status: answer.status, body: (await answer.json()) as Record<string, never> };
}

async function isKnown(service: RunningService, traceId: string): Promise<boolean> {
  const { status } = await ask(service, `/api/v1/instr/lifecycle/${traceId}`);
  expect([200, 404]).toContain(status);
  return status === 200;
}

async function dropped(service: RunningService, reason: string): Promise<number> {
  const { body } = await ask(service, '/health');
  return (body as unknown as { dropped: Record<string, number> }).dropped[reason]!;
}

describe('instrument.enabled', () => {
  it('false: nothing is received, what is stored is served and still forwarded', async () => {
    const upstream = await new GrpcUpstream().start();
    upstreams.push(upstream);
    const traceId = await send(await started());
    const service = await restarted({
      'instrument.enabled': false,
      'instrument.export.endpoint': upstream.endpoint,
      'instrument.export.start': 'oldest',
    });
    expect(Object.keys(service.endpoints)).toEqual(['api']);
    expect(await isKnown(service, traceId)).toBe(true);
    await upstream.until(() => upstream.spanIds.length === 1);
    const { body } = await ask(service, '/health');
    expect(body).toMatchObject({
      receivers: [
        { name: 'otlp/grpc', status: 'off' },
        { name: 'otlp/http', status: 'off' },
      ],
    });
  });
});

describe('instrument.sample_rate', () => {
  it('0: held in memory, not kept; a trace with an error is', async () => {
    const keys = { 'instrument.sample_rate': 0 };
    const service = await started(keys);
    const plain = await send(service);
    const failed = await send(service, { spans: [{ status: 'error' }] });
    expect(await isKnown(service, plain)).toBe(true);
    expect(await dropped(service, 'sampled_out')).toBe(1);
    const again = await restarted(keys);
    expect(await isKnown(again, plain)).toBe(false);
    expect(await isKnown(again, failed)).toBe(true);
  });

  it('0.5: about half of the traces are forwarded, and say so', async () => {
    const upstream = await new HttpUpstream().start();
    upstreams.push(upstream);
    const service = await started({
      'instrument.sample_rate': 0.5,
      'instrument.export.endpoint': upstream.endpoint,
      'instrument.export.format': 'otlp-http',
    });
    const traceIds = await Promise.all(Array.from({ length: 200 }, () => send(service)));
    const kept = traceIds.filter((id) => BigInt(`0x${id.slice(-14)}`) >= 1n << 55n);
    await upstream.until(() => upstream.spanIds.length >= kept.length);
    expect(upstream.spanIds).toHaveLength(kept.length);
    expect(kept.length).toBeGreaterThan(60);
    expect(kept.length).toBeLessThan(140);
    expect(await dropped(service, 'sampled_out')).toBe(200 - kept.length);
    for (const { body } of upstream.accepted) expect(body.toString('latin1')).toContain('ot=th:8');
  });
});

describe('instrument.max_spans_in_memory', () => {
  it.each([3, 50])('%i: so many spans outside the sample are remembered', async (spans) => {
    const service = await started({
      'instrument.sample_rate': 0,
      'instrument.max_spans_in_memory': spans,
    });
    const traceIds: string[] = [];
    for (let i = 0; i < 10; i++) traceIds.push(await send(service));
    const known = await Promise.all(traceIds.map((id) => isKnown(service, id)));
    expect(known).toEqual(traceIds.map((_, i) => i >= 10 - spans));
    expect((await ask(service, '/health')).body).toMatchObject({ ring: { spansMax: spans } });
  });
});

describe.each(['instrument.persistence_enabled', 'instrument.persistence.enabled'])('%s', (key) => {
  it.each([true, false])('%s: spans survive a restart or do not', async (enabled) => {
    const keys = { [key]: enabled, 'instrument.persistence.path': 'spans' };
    const service = await started(keys);
    const traceId = await send(service);
    expect(await isKnown(service, traceId)).toBe(true);
    expect(existsSync(join(folder, 'spans'))).toBe(enabled);
    expect(await isKnown(await restarted(keys), traceId)).toBe(enabled);
  });
});

describe.each(['instrument.trace_path', 'instrument.persistence.path'])('%s', (key) => {
  it('is where spans lie', async () => {
    const first = await started({ [key]: './first' });
    expect(first.dataPath).toBe(join(folder, 'first'));
    const traceId = await send(first);
    const second = await restarted({ [key]: join(folder, 'deep', 'second') });
    expect(await isKnown(second, traceId)).toBe(false);
    expect(readdirSync(join(folder, 'deep', 'second'))).toContain('partitions');
    expect(await isKnown(await restarted({ [key]: './first' }), traceId)).toBe(true);
  });
});

describe('instrument.persistence.format', () => {
  // The body of a block says its encoding behind magic and version.
  it.each([
    ['otlp', 'SYNB\x01\x01'],
    ['json', 'SYNB\x01\x02'],
  ])('%s: blocks on disk are in it, and both are read whatever is set', async (format, magic) => {
    const service = await started({ 'instrument.persistence.format': format });
    const traceId = await send(service);
    const other = format === 'otlp' ? 'json' : 'otlp';
    const reopened = await restarted({ 'instrument.persistence.format': other });
    const file = join(folder, 'data/traces/partitions/00000001/data.mdb');
    expect(readFileSync(file).includes(magic, 0, 'latin1')).toBe(true);
    expect(await isKnown(reopened, traceId)).toBe(true);
  });
});

describe('instrument.export', () => {
  it('.endpoint unset: nothing is forwarded; set: whatever arrives from then on', async () => {
    const upstream = await new GrpcUpstream().start();
    upstreams.push(upstream);
    const service = await started();
    await send(service);
    expect((await ask(service, '/health')).body).toMatchObject({ forwarding: [] });
    const forwarding = await restarted({ 'instrument.export.endpoint': upstream.endpoint });
    const traceId = await send(forwarding);
    await upstream.until(() => upstream.accepted.length > 0);
    expect(upstream.accepted.map(({ body }) => traceIdOf(body))).toEqual([traceId]);
  });

  it.each([
    ['otlp', GrpcUpstream, 'application/grpc'],
    ['otlp-http', HttpUpstream, 'application/x-protobuf'],
    ['otlp-http-json', HttpUpstream, 'application/json'],
  ] as const)('.format = %s', async (format, Upstream, contentType) => {
    const upstream = await new Upstream().start();
    upstreams.push(upstream);
    const service = await started({
      'instrument.export.endpoint': upstream.endpoint,
      'instrument.export.format': format,
    });
    const traceId = await send(service);
    await upstream.until(() => upstream.accepted.length > 0);
    const { body, headers } = upstream.accepted[0]!;
    if (format === 'otlp-http-json') expect(body.toString()).toContain(traceId);
    else expect(spanIdsOf(body)).toHaveLength(1);
    // grpc-js keeps the content type to itself.
    if (format !== 'otlp') expect(headers['content-type']).toBe(contentType);
  });
});
