import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { describe, expect, test } from 'vitest';
import type { SdkSpan } from '../../../src/otlp/write-sdk-span.ts';
import { EndedSpans } from '../../../src/sdk/ended-spans.ts';
import { RequestEncoder } from '../../../src/sdk/request-encoder.ts';
import { SpanFrames } from '../../../src/sdk/span-frames.ts';
import { oracle } from '../../support/otlp-proto.ts';
import { HookRecorder, providerWith } from './sdk-spans.ts';

const NO_HURRY = Number.POSITIVE_INFINITY;

function encoderOver(spans: readonly SdkSpan[]) {
  const frames = new SpanFrames();
  const ended = new EndedSpans(10_000);
  for (const span of spans) ended.push(span);
  return { frames, ended, encoder: new RequestEncoder(frames) };
}

/** Names by resource and scope, as protobufjs reads them. */
function shapeOf(request: Uint8Array) {
  const { resourceSpans } = oracle.tracesData.toObject(oracle.tracesData.decode(request)) as {
    resourceSpans: {
      resource: { attributes: { key: string; value: { stringValue?: string } }[] };
      scopeSpans: { scope: { name: string }; spans: { name: string }[] }[];
    }[];
  };
  return resourceSpans.map(({ resource, scopeSpans }) => ({
    service: resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue,
    scopes: scopeSpans.map(({ scope, spans }) => [scope.name, ...spans.map(({ name }) => name)]),
  }));
}

describe('a request', () => {
  test('groups spans by resource and scope, each in its order', () => {
    const recorder = new HookRecorder();
    const shop = providerWith(recorder, { service: 'shop' });
    const stock = providerWith(recorder, { service: 'stock' });
    for (const [provider, scope, name] of [
      [shop, 'http', 'a'],
      [shop, 'db', 'b'],
      [stock, 'http', 'c'],
      [shop, 'http', 'd'],
    ] as const) {
      provider.getTracer(scope).startSpan(name).end();
    }
    const { encoder, ended } = encoderOver(recorder.ended);
    const { encoded } = encoder.encode(ended, NO_HURRY);
    expect(encoded!.spanCount).toBe(4);
    expect(shapeOf(encoded!.request)).toEqual([
      {
        service: 'shop',
        scopes: [
          ['http', 'a', 'd'],
          ['db', 'b'],
        ],
      },
      { service: 'stock', scopes: [['http', 'c']] },
    ]);
  });

  test('is bounded in spans, and the next one begins where it ended', () => {
    const recorder = new HookRecorder();
    const tracer = providerWith(recorder).getTracer('t');
    for (let i = 0; i < 1_300; i++) tracer.startSpan(`${i}`).end();
    const { encoder, ended } = encoderOver(recorder.ended);
    const counts: number[] = [];
    const names: string[] = [];
    while (ended.count > 0) {
      const { request, spanCount } = encoder.encode(ended, NO_HURRY).encoded!;
      counts.push(spanCount);
      names.push(...shapeOf(request)[0]!.scopes[0]!.slice(1));
    }
    expect(counts).toEqual([512, 512, 276]);
    expect(names).toEqual(recorder.ended.map(({ name }) => name));
  });

  test('is bounded in bytes, and in time', () => {
    const recorder = new HookRecorder();
    const tracer = providerWith(recorder).getTracer('t');
    for (let i = 0; i < 100; i++)
      tracer.startSpan('large').setAttribute('a', 'x'.repeat(100_000)).end();
    const { encoder, ended } = encoderOver(recorder.ended);
    expect(encoder.encode(ended, NO_HURRY).encoded!.spanCount).toBe(11);
    expect(encoder.encode(ended, 0).encoded!.spanCount).toBeLessThan(32);
  });

  test('leaves out a span that throws when it is read, and nothing else', () => {
    const recorder = new HookRecorder();
    const tracer = providerWith(recorder).getTracer('t');
    for (const name of ['a', 'b', 'c']) tracer.startSpan(name).end();
    const attributes = {
      get trap(): string {
        throw new Error('not for you');
      },
    };
    const broken = new Proxy(recorder.ended[1]!, {
      get: (span, key) => (key === 'attributes' ? attributes : Reflect.get(span, key)),
    });
    const { encoder, ended } = encoderOver([recorder.ended[0]!, broken, recorder.ended[2]!]);
    const { encoded, unreadable } = encoder.encode(ended, NO_HURRY);
    expect(unreadable).toBe(1);
    expect(shapeOf(encoded!.request)[0]!.scopes).toEqual([['t', 'a', 'c']]);
  });

  test('waits for a resource whose attributes are still on their way', async () => {
    const region = Promise.withResolvers<string>();
    const recorder = new HookRecorder();
    const provider = new BasicTracerProvider({
      resource: resourceFromAttributes({ 'service.name': 'shop', 'cloud.region': region.promise }),
      spanProcessors: [recorder],
    });
    provider.getTracer('t').startSpan('a').end();
    const { encoder, ended, frames } = encoderOver(recorder.ended);
    const { encoded, pending } = encoder.encode(ended, NO_HURRY);
    expect(encoded).toBeUndefined();
    expect(pending).toBe(recorder.ended[0]!.resource);
    region.resolve('eu-west');
    await frames.whenSettled(pending!);
    const { request } = encoder.encode(ended, NO_HURRY).encoded!;
    expect(Buffer.from(request).includes('eu-west')).toBe(true);
  });

  test('goes without attributes that nobody waits for any more', () => {
    const recorder = new HookRecorder();
    const provider = new BasicTracerProvider({
      resource: resourceFromAttributes({
        'service.name': 'shop',
        late: new Promise<string>(() => {}),
      }),
      spanProcessors: [recorder],
    });
    provider.getTracer('t').startSpan('a').end();
    const { encoder, ended, frames } = encoderOver(recorder.ended);
    frames.settle(encoder.encode(ended, NO_HURRY).pending!);
    expect(shapeOf(encoder.encode(ended, NO_HURRY).encoded!.request)[0]!.service).toBe('shop');
  });
});
