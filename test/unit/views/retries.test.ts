import { describe, expect, it } from 'vitest';
import { atOnce } from '../../../src/projection/in-turns.ts';
import { traceMermaid } from '../../../src/views/formats/mermaid/trace-mermaid.ts';
import { tellable } from '../../../src/views/formats/tell-trace.ts';
import { traceText } from '../../../src/views/formats/text/trace-text.ts';
import { lifecycleOf } from '../../../src/views/lifecycle/lifecycle-view.ts';
import { attemptsOf } from '../../../src/views/retries.ts';
import type { ResourceSpec, SpanSpec } from '../../support/otlp-request.ts';
import { buildTrace, projectTrace } from '../../support/trace-records.ts';

const URL_OF_ALL = 'https://psp.example/v1/charges';

const ANSWER: SpanSpec = { name: 'POST /charges', kind: 'server', durationMs: 5 };

/** Attempts of 10 ms, one every 20 ms. */
function calls(outcomes: string, more: (at: number) => Partial<SpanSpec> = () => ({})): SpanSpec[] {
  return [...outcomes].map((outcome, at) => {
    const { attributes, ...rest } = more(at);
    return {
      ...{ name: 'POST', kind: 'client', parent: 0, atMs: 10 + at * 20, durationMs: 10 },
      ...(outcome === 'F' && { status: 'error' as const }),
      ...(outcome === 'R' && { endUnixNano: 0n }),
      attributes: attributes ?? { 'url.full': URL_OF_ALL },
      ...rest,
    };
  });
}

function traceWith(spans: readonly SpanSpec[]) {
  const root = { name: 'charge', durationMs: 10_000 };
  return projectTrace(buildTrace({ service: 'shop', spans: [root, ...spans] })).trace;
}

/** `1/3 2/3 3/3`, by call; `-` of one that is no attempt. */
function attempts(spans: readonly SpanSpec[]): string {
  const trace = traceWith(spans);
  const { count } = trace.outline;
  const found = atOnce(attemptsOf(trace, { first: 0, end: count }));
  return Array.from({ length: count - 1 }, (_, at) => {
    const attempt = found.get(at + 1);
    return attempt === undefined ? '-' : `${attempt.number}/${attempt.of}`;
  }).join(' ');
}

describe('a call that is tried again', () => {
  it.each([
    ['FS', '1/2 2/2'],
    ['FFS', '1/3 2/3 3/3'],
    ['FFF', '1/3 2/3 3/3'],
    ['FR', '1/2 2/2'],
    ['S', '-'],
    ['F', '-'],
    ['SS', '- -'],
    ['SF', '- -'],
    ['FSS', '- - -'],
    ['FSFS', '- - - -'],
  ])('is seen in %s', (outcomes, told) => {
    expect(attempts(calls(outcomes))).toBe(told);
  });

  it('is one of many to that target, not to another', () => {
    const articles = calls('FSFF', (at) => ({
      attributes: { 'url.full': `http://stock/articles/${at < 2 ? 1 : at}` },
    }));
    expect(attempts(articles)).toBe('1/2 2/2 - -');
  });

  it('has begun when the one before was over', () => {
    expect(attempts(calls('FS', (at) => ({ atMs: 10 + at * 9.5 })))).toBe('1/2 2/2');
    expect(attempts(calls('FS', (at) => ({ atMs: 10 + at * 5 })))).toBe('- -');
  });

  it('has one name, service and kind', () => {
    expect(attempts(calls('FS', (at) => ({ name: `call ${at}` })))).toBe('- -');
    expect(attempts(calls('FS', (at) => ({ kind: at === 0 ? 'client' : 'internal' })))).toBe('- -');
  });

  it('is believed where the sender numbers it, whatever else there is', () => {
    const numbers = [0, 1, 0, 0, 1, 2];
    const some = calls('FSSFFS', (at) => ({
      attributes: { 'url.full': URL_OF_ALL, 'http.request.resend_count': numbers[at]! },
    }));
    expect(attempts(some)).toBe('1/2 2/2 - 1/3 2/3 3/3');
  });

  it('with nothing known of its target, is one where it ended well', () => {
    const nothing = { attributes: {} };
    expect(attempts(calls('FFS', () => nothing))).toBe('1/3 2/3 3/3');
    expect(attempts(calls('FFF', () => nothing))).toBe('- - -');
    const query = { attributes: { 'db.query.text': 'UPDATE stock SET count = $1' } };
    expect(attempts(calls('FFF', () => query))).toBe('- - -');
    const args = (at: number) => ({ attributes: { 'synton.args': `[${at}]` } });
    expect(attempts(calls('FFS', args))).toBe('- - -');
  });

  it('is a loop beyond 64 of them', () => {
    expect(attempts(calls('F'.repeat(64)))).toContain('64/64');
    expect(attempts(calls('F'.repeat(65)))).not.toContain('/');
  });

  it('is told of where spans of it are', () => {
    const nodes = atOnce(lifecycleOf(traceWith(calls('FFS')))).tree;
    expect(nodes.map(({ attempt }) => attempt)).toEqual([
      undefined,
      ...[1, 2, 3].map((number) => ({ number, of: 3 })),
    ]);
    expect(nodes.map(({ peer }) => peer)).toEqual([undefined, ...Array(3).fill('psp.example')]);
  });

  it('is told of each of two groups by one parent, and where all attempts are told as one', () => {
    const to = (target: string) => () => ({ attributes: { 'url.full': `https://${target}/` } });
    const two = [
      ...calls('FS', to('one.example')),
      ...calls('FFF', to('two.example')).map((span, at) => ({ ...span, atMs: 100 + at * 20 })),
    ];
    const ofLast = (limit?: number) =>
      atOnce(lifecycleOf(traceWith(two), limit === undefined ? {} : { limit })).tree.flatMap(
        ({ attempt, peer }) =>
          attempt?.number === attempt?.of && attempt ? [[peer, attempt.of]] : [],
      );
    const both = [
      ['one.example', 2],
      ['two.example', 3],
    ];
    expect(ofLast()).toEqual(both);
    expect(ofLast(5)).toEqual(both);
  });

  it('is told in a line of the text, folded or not', () => {
    const text = (outcomes: string): string => {
      const trace = traceWith(calls(outcomes));
      const range = { first: 0, end: trace.outline.count };
      return traceText(atOnce(tellable(trace, range, 5_000))).content;
    };
    expect(text('FS')).toContain('POST → psp.example (retried once)\n');
    expect(text('FFFS')).toMatch(
      /✕ POST ×3 .*→ psp\.example\n.*─ POST → psp\.example \(retried 3 times\)\n/,
    );
    expect(text('FFFF')).toMatch(/✕ POST ×4 .*→ psp\.example \(retried 3 times\)\n/);
    expect(text('FSS')).not.toContain('retried');
  });

  it('is told by an arrow of the sequence, that of the answering side too', () => {
    const sequence = (resources: readonly ResourceSpec[]): string => {
      const { trace } = projectTrace(buildTrace({ resources }));
      const range = { first: 0, end: trace.outline.count };
      return traceMermaid(atOnce(tellable(trace, range, 200)), 'sequence').content;
    };
    const root = { name: 'charge', durationMs: 10_000 };
    const shop = { service: 'shop', spans: [root, ...calls('FS')] };
    expect(sequence([shop])).toMatch(/POST · 10\.0 ms · retried once\n/);
    const answers = [1, 2].map((parent) => ({ ...ANSWER, parent, atMs: parent * 20 - 8 }));
    expect(sequence([shop, { service: 'psp', spans: answers }])).toMatch(
      /POST \/charges · 5\.00 ms · retried once\n/,
    );
  });
});
