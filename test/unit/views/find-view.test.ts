import { describe, expect, it } from 'vitest';
import { attributeText } from '../../../src/model/attribute-names.ts';
import { findTerms } from '../../../src/model/find-terms.ts';
import type { TraceFindings } from '../../../src/model/trace-attributes.ts';
import { ProjectedTrace } from '../../../src/projection/project-trace.ts';
import { LocalRenderer } from '../../support/local-renderer.ts';
import { buildRequest, fillRequest, type RequestSpec } from '../../support/otlp-request.ts';
import { ORDER } from '../../support/trace-examples.ts';

const WORDS: RequestSpec = {
  service: 'shop',
  attributes: { 'host.name': 'Node-1', 'k8s.pod': 'pod-7' },
  spans: [
    {
      name: 'GET /cart',
      kind: 'server',
      attributes: { 'http.route': '/cart', 'http.response.status_code': 200, big: 'x'.repeat(500) },
    },
    {
      name: 'charge',
      parent: 0,
      attributes: { note: 'Zahlung ÜBER zehn Euro', retry: true, code: 97 },
    },
    {
      name: 'query',
      parent: 0,
      attributes: { list: ['alpha', 'beta'], share: 0.25, 'host.name': 'other' },
      events: [{ name: 'cache.Miss', attributes: { reason: 'evicted by gc' } }],
    },
    {
      name: 'mail',
      parent: 0,
      attributes: { code: 65 },
      status: 'error',
      statusMessage: 'Connection refused',
    },
    { name: 'ÄRGER', parent: 0, attributes: { clé: 'valeur' } },
  ],
};

async function finder(spec: RequestSpec) {
  const renderer = new LocalRenderer();
  await renderer.receive(buildRequest(spec));
  const { traceId } = fillRequest(spec).spans[0]!;
  const signal = new AbortController().signal;
  const trace = new ProjectedTrace((await renderer.reader.trace(traceId as never, signal))!);
  const ask = (text: string, limit?: number) =>
    renderer.render<TraceFindings>('find', { trace_id: traceId, text, limit });
  return { trace, ask };
}

describe('finding in a trace', () => {
  it.each([
    ['cart', ['GET /cart']],
    ['CART get', ['GET /cart']],
    ['shop', ['GET /cart', 'charge', 'query', 'mail', 'ÄRGER']],
    ['failed', ['mail']],
    ['http.route', ['GET /cart']],
    ['200', ['GET /cart']],
    ['tru', ['charge']],
    ['0.25', ['query']],
    ['über', ['charge']],
    ['"zehn euro"', ['charge']],
    ['zehn query', []],
    ['beta', ['query']],
    ['cache.miss', ['query']],
    ['evicted query', ['query']],
    ['refused', ['mail']],
    ['ärger', ['ÄRGER']],
    ['node-1', []],
    ['xxx', ['GET /cart']],
    ['http.response.status_code=20', ['GET /cart']],
    ['http.response.status_code="20"', []],
    ['http.response.status_code="200"', ['GET /cart']],
    ['HTTP.Route=/CA', ['GET /cart']],
    ['reason=gc', ['query']],
    ['note="zahlung über zehn euro"', ['charge']],
    ['clé=', ['ÄRGER']],
    ['clé=vale', ['ÄRGER']],
    ['retry=', ['charge']],
    ['name="charge"', ['charge']],
    ['name=cha', ['charge']],
    ['service="sho"', []],
    ['service="Shop" status=failed', ['mail']],
    ['kind="AsyncTask" query', ['query']],
    ['http.=', []],
    ['host.name=node', ['GET /cart', 'charge', 'mail', 'ÄRGER']],
    ['k8s.pod=pod-7 charge', ['charge']],
    ['list=beta', ['query']],
    ['65', ['mail']],
    ['97', ['charge']],
    ['"alpha, beta"', ['query']],
  ])('%s', async (text, names) => {
    const { trace, ask } = await finder(WORDS);
    const { rows, matchCount, revision, spanCount } = await ask(text);
    expect(rows.map((row) => trace.span(row).name)).toEqual(names);
    expect({ matchCount, revision, spanCount }).toEqual({
      matchCount: names.length,
      revision: trace.revision,
      spanCount: 5,
    });
  });

  it('finds what is found in spans that are read whole', async () => {
    const { trace, ask } = await finder(ORDER);
    const spans = Array.from({ length: trace.outline.count }, (_, row) => trace.span(row));
    const texts = spans.map((span) =>
      [
        ...[span.name, span.service, span.kind, span.status, span.metadata.statusMessage],
        ...span.attributes.flatMap(({ key, value }) => [key, attributeText(value)]),
        ...span.events
          .filter(
            ({ type, attributes }) => type !== 'Enter' && type !== 'Exit' && !isOurs(attributes),
          )
          .flatMap(({ name, attributes }) => [
            name,
            ...attributes.flatMap(({ key, value }) => [key, attributeText(value)]),
          ]),
      ].map((text) => text.toLowerCase()),
    );
    const words = new Set(texts.flat().flatMap((text) => text.split(/[\s"=]+/)));
    expect(words.size).toBeGreaterThan(30);
    for (const word of words) {
      const { rows } = await ask(word === '' ? 'a' : word);
      const expected = texts.flatMap((all, row) =>
        all.some((text) => text.includes(word === '' ? 'a' : word)) ? [row] : [],
      );
      expect([word, rows]).toEqual([word, expected]);
    }
  });

  it('tells the first rows and counts all', async () => {
    const { ask } = await finder(WORDS);
    expect(await ask('shop', 2)).toMatchObject({ rows: [0, 1], matchCount: 5 });
  });

  it.each([undefined, '   ', '""'])(
    'finds nothing where nothing is looked for: %j',
    async (text) => {
      const { ask } = await finder(WORDS);
      expect(await ask(text as string)).toMatchObject({ rows: [], matchCount: 0, spanCount: 5 });
    },
  );

  it('has a bound on what is looked for', async () => {
    const { ask } = await finder(WORDS);
    await expect(ask('a'.repeat(2_000))).rejects.toMatchObject({ code: 'InvalidParameter' });
  });
});

describe('terms', () => {
  it.each([
    ['one two', [word('one'), word('two')]],
    ['"one two" Three', [word('one two'), word('three')]],
    ['a=b', [{ key: 'a', text: 'b', isWhole: false }]],
    ['a="b c" d', [{ key: 'a', text: 'b c', isWhole: true }, word('d')]],
    ['a=', [{ key: 'a', text: '', isWhole: false }]],
    ['a="b', [{ key: 'a', text: 'b', isWhole: true }]],
    ['a=b=c', [{ key: 'a', text: 'b=c', isWhole: false }]],
    ['=x', [word('=x')]],
    ['""', []],
  ])('%s', (query, terms) => {
    expect(findTerms(query)).toEqual(terms);
  });
});

function word(text: string) {
  return { key: undefined, text, isWhole: false };
}

/** Errors that we tell from the status. */
function isOurs(attributes: readonly { key: string }[]): boolean {
  return attributes.some(({ key }) => key === 'synton.derived');
}
