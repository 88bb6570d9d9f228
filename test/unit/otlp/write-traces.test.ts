import { expect, test } from 'vitest';
import { SpanScanner } from '../../../src/otlp/scan-traces.ts';
import { writeTraces } from '../../../src/otlp/write-traces.ts';
import { framedSpans } from '../../support/framed-spans.ts';
import { buildRequest, realisticRequest } from '../../support/otlp-request.ts';

function scanned(bytes: Uint8Array): SpanScanner {
  const scanner = new SpanScanner();
  expect(scanner.scan(bytes)).toMatchObject({ status: 'ok' });
  return scanner;
}

test('a request without frames in pieces comes back as it was', () => {
  const request = realisticRequest({ spans: 100 });
  const again = scanned(writeTraces(framedSpans(scanned(request))));
  expect(framedSpans(again)).toEqual(framedSpans(scanned(request)));
  expect([again.resourceCount, again.scopeCount]).toEqual([1, 1]);
});

test('neighbours share an envelope where their frames are equal, and order is kept', () => {
  const span = (name: string) => ({ name });
  const request = buildRequest({
    resources: [
      {
        service: 'a',
        scopes: [
          { name: 'x', spans: [span('1')] },
          { name: 'x', spans: [span('2')] },
        ],
      },
      {
        service: 'a',
        scopes: [
          { name: 'x', spans: [span('3')] },
          { name: 'y', spans: [span('4')] },
        ],
      },
      { service: 'b', scopes: [{ name: 'y', spans: [span('5')] }] },
      { service: 'a', scopes: [{ name: 'x', spans: [span('6')] }] },
      { absent: true, scopes: [{ absent: true, spans: [span('7')] }] },
    ],
  });
  const spans = framedSpans(scanned(request));
  const again = scanned(writeTraces(spans));
  expect(framedSpans(again)).toEqual(spans);
  expect([again.resourceCount, again.scopeCount]).toEqual([4, 5]);
});

test('no spans are an empty message', () => {
  expect(writeTraces([])).toHaveLength(0);
});
