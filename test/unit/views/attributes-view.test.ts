import { describe, expect, it } from 'vitest';
import { attributeText } from '../../../src/model/attribute-names.ts';
import type { AttributeColumn } from '../../../src/model/trace-attributes.ts';
import { OTHER_VALUE } from '../../../src/model/trace-attributes.ts';
import { ProjectedTrace } from '../../../src/projection/project-trace.ts';
import { VALUES_MAX } from '../../../src/views/attributes/attribute-values.ts';
import { LocalRenderer } from '../../support/local-renderer.ts';
import { buildRequest, type RequestSpec, realisticRequest } from '../../support/otlp-request.ts';
import { ORDER } from '../../support/trace-examples.ts';
import { recordsOf } from '../../support/trace-records.ts';
import { STRANGE, STRANGE_ID } from '../api/strange-trace.ts';

const SIGNAL = new AbortController().signal;

async function opened(request: Uint8Array) {
  const renderer = new LocalRenderer();
  await renderer.receive(request);
  const { traceId } = recordsOf(request)[0]!;
  const trace = new ProjectedTrace((await renderer.reader.trace(traceId as never, SIGNAL))!);
  return { renderer, traceId, trace };
}

/** What a column means, row by row. */
const told = ({ column, values }: AttributeColumn) =>
  [...column].map((byte) =>
    byte === 0 ? undefined : byte === OTHER_VALUE ? OTHER_VALUE : values[byte - 1]!.text,
  );

/** The same from spans that are read whole. */
function valuesBySpans(trace: ProjectedTrace, key: string) {
  return Array.from({ length: trace.outline.count }, (_, row) => {
    const { attributes, metadata } = trace.span(row);
    const found = [...attributes, ...metadata.resource].find((one) => one.key === key);
    return found && attributeText(found.value);
  });
}

describe('a column of an attribute', () => {
  it('says on every row what the span says, else its resource', async () => {
    for (const request of [
      buildRequest(ORDER),
      buildRequest(STRANGE),
      realisticRequest({ spans: 500, spansPerTrace: 500 }),
    ]) {
      const { renderer, traceId, trace } = await opened(request);
      const keys = new Set(
        Array.from({ length: trace.outline.count }, (_, row) => trace.span(row)).flatMap(
          ({ attributes, metadata }) => [...attributes, ...metadata.resource].map(({ key }) => key),
        ),
      );
      expect(keys.size).toBeGreaterThan(2);
      for (const key of [...keys, 'nobody.has.it']) {
        const params = { trace_id: traceId, key };
        const column = await renderer.render<AttributeColumn>('attributeColumn', params);
        const expected = valuesBySpans(trace, key);
        const apart = new Set(column.values.map(({ text }) => text));
        expect(apart.size).toBe(Math.min(VALUES_MAX, new Set(expected.filter(isText)).size));
        expect(told(column)).toEqual(
          expected.map((one) => (isText(one) && !apart.has(one) ? OTHER_VALUE : one)),
        );
        expect(column.revision).toBe(trace.revision);
        expect(column.withoutCount).toBe(expected.filter((one) => one === undefined).length);
        for (const { text, spanCount } of column.values)
          expect(spanCount).toBe(expected.filter((one) => one === text).length);
      }
    }
  });

  it('tells the most frequent values apart and counts the others', async () => {
    const spec: RequestSpec = {
      spans: Array.from({ length: 300 }, (_, i) => ({
        attributes: { user: i < 100 ? 'often' : `u${i % 100}` },
      })),
    };
    const { renderer, traceId } = await opened(buildRequest(oneTrace(spec)));
    const column = await renderer.render<AttributeColumn>('attributeColumn', {
      trace_id: traceId,
      key: 'user',
    });
    expect(column.values).toHaveLength(VALUES_MAX);
    expect(column.values[0]).toEqual({ text: 'often', spanCount: 100 });
    expect(column.otherValues).toBe(101 - VALUES_MAX);
    expect(column.otherCount).toBe(2 * (101 - VALUES_MAX));
    expect(told(column).filter((one) => one === OTHER_VALUE)).toHaveLength(column.otherCount);
  });

  it('takes 200 and "200" as one, and cuts what is long', async () => {
    const spec = { spans: [{ attributes: { a: 200 } }, { attributes: { a: '200' } }] };
    const long = { spans: [{ attributes: { a: 'x'.repeat(10_000) } }] };
    for (const [given, values] of [
      [spec, [{ text: '200', spanCount: 2 }]],
      [long, [{ text: `${'x'.repeat(255)}…`, spanCount: 1 }]],
    ] as const) {
      const { renderer, traceId } = await opened(buildRequest(oneTrace(given)));
      const column = await renderer.render<AttributeColumn>('attributeColumn', {
        trace_id: traceId,
        key: 'a',
      });
      expect(column.values).toEqual(values);
    }
  });

  it('has a bound on keys', async () => {
    const { renderer } = await opened(buildRequest(STRANGE));
    const asked = renderer.render('attributeColumn', {
      trace_id: STRANGE_ID,
      key: 'k'.repeat(2_000),
    });
    await expect(asked).rejects.toMatchObject({ code: 'InvalidParameter' });
  });
});

describe('the attributes of a trace', () => {
  it('are counted as they are when every span is read', async () => {
    for (const request of [
      buildRequest(ORDER),
      buildRequest(STRANGE),
      realisticRequest({ spans: 500, spansPerTrace: 500 }),
    ]) {
      const { renderer, traceId, trace } = await opened(request);
      const counts = new Map<string, number>();
      for (let row = 0; row < trace.outline.count; row++) {
        const { attributes, metadata } = trace.span(row);
        const keys = new Set([...attributes, ...metadata.resource].map(({ key }) => key));
        for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      const answer = await renderer.render<{
        keys: { key: string; spanCount: number }[];
        moreKeys: number;
      }>('attributes', { trace_id: traceId });
      const found = new Map(answer.keys.map(({ key, spanCount }) => [key, spanCount]));
      expect(found).toEqual(counts);
      expect(answer.moreKeys).toBe(0);
    }
  });

  it('come with those of spans first, and no more than can be chosen from', async () => {
    const attributes = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`k${i}`, i]));
    const spec = { attributes: { host: 'a' }, spans: [{ attributes }, { attributes: { k7: 1 } }] };
    const { renderer, traceId } = await opened(buildRequest(oneTrace(spec)));
    const answer = await renderer.render<{ keys: { key: string }[]; moreKeys: number }>(
      'attributes',
      { trace_id: traceId },
    );
    expect(answer.keys[0]).toEqual({ key: 'k7', spanCount: 2, isOfResource: false });
    expect(answer.keys).toHaveLength(256);
    expect(answer.moreKeys).toBe(300 + 1 - 256);
  });
});

const isText = (one: string | undefined): one is string => one !== undefined;

function oneTrace({ spans = [], ...spec }: RequestSpec): RequestSpec {
  return { ...spec, spans: spans.map((span, i) => (i === 0 ? span : { parent: 0, ...span })) };
}
