import { describe, expect, test } from 'vitest';
import {
  decodeJsonLines,
  encodeJsonLines,
  MalformedJsonLine,
} from '../../../../src/otlp/json/json-lines.ts';
import { SpanScanner } from '../../../../src/otlp/scan-traces.ts';
import { ProtobufWriter } from '../../../../src/otlp/wire/protobuf-writer.ts';
import { framedSpans } from '../../../support/framed-spans.ts';
import { buildRequest, realisticRequest } from '../../../support/otlp-request.ts';

function framed(bytes: Uint8Array) {
  const scanner = new SpanScanner();
  expect(scanner.scan(bytes)).toMatchObject({ status: 'ok' });
  return framedSpans(scanner);
}

function text(lines: Uint8Array): string {
  return Buffer.from(lines).toString();
}

describe('a store in JSON lines', () => {
  test('is plain OTLP/JSON for what an SDK sends', () => {
    const request = realisticRequest({ spans: 50 });
    const lines = encodeJsonLines(request);
    expect(text(lines)).not.toContain('synton');
    expect(text(lines).match(/\n/g)).toHaveLength(1);
    expect(JSON.parse(text(lines)).resourceSpans[0].scopeSpans[0].spans).toHaveLength(50);
    expect(framed(decodeJsonLines(lines))).toEqual(framed(request));
  });

  test('keeps beside the JSON what JSON cannot say', () => {
    const unknownField = Uint8Array.of(0xa2, 0x06, 1, 7);
    const invalidUtf8 = Uint8Array.of(42, 1, 0xff);
    const request = buildRequest({
      service: 'shop',
      spans: [{ name: 'plain' }, { raw: unknownField }, { name: '', raw: invalidUtf8 }],
    });
    const lines = encodeJsonLines(request);
    const [plain, unknown, invalid] = JSON.parse(text(lines)).resourceSpans[0].scopeSpans[0].spans;
    expect(plain).not.toHaveProperty('syntonRaw');
    expect(Buffer.from(unknown.syntonRaw, 'base64').subarray(-4)).toEqual(
      Buffer.from(unknownField),
    );
    expect(invalid).toMatchObject({ name: '\ufffd' });
    expect(framed(decodeJsonLines(lines))).toEqual(framed(request));
  });

  test('keeps frames of several pieces, unknown fields in them, and empty envelopes', () => {
    const [span] = framed(buildRequest({ spans: [{ name: 'x' }] }));
    const writer = new ProtobufWriter();
    for (let i = 0; i < 2; i++) {
      const resourceSpans = writer.begin(1);
      writer.string(3, 'https://example.org/first');
      const scopeSpans = writer.begin(2);
      writer.view(2, span!.span);
      writer.string(9, 'unknown in the scope');
      writer.view(2, span!.span);
      writer.raw(span!.scope);
      writer.end(scopeSpans);
      writer.raw(span!.resource);
      writer.view(2, new Uint8Array(0));
      writer.uint32(77, i);
      writer.end(resourceSpans);
    }
    writer.view(1, new Uint8Array(0));
    const request = writer.finish();
    const lines = encodeJsonLines(request);
    const parsed = text(lines)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).resourceSpans[0]);
    expect(parsed).toHaveLength(3);
    expect(parsed[0]).toHaveProperty('syntonRawResource');
    expect(parsed[0].scopeSpans).toHaveLength(2);
    expect(parsed[0].scopeSpans[0]).toHaveProperty('syntonRawScope');
    const back = decodeJsonLines(lines);
    expect(framed(back)).toEqual(framed(request));
    expect(encodeJsonLines(back)).toEqual(lines);
  });

  test('lines of several requests join', () => {
    const first = buildRequest({ service: 'a', spans: [{}], seed: 1 });
    const second = buildRequest({ service: 'b', spans: [{}], seed: 2 });
    const lines = Buffer.concat([
      encodeJsonLines(first),
      Buffer.from('\n'),
      encodeJsonLines(second),
    ]);
    expect(framed(decodeJsonLines(lines))).toEqual([...framed(first), ...framed(second)]);
    expect(encodeJsonLines(new Uint8Array(0))).toHaveLength(0);
    expect(decodeJsonLines(new Uint8Array(0))).toHaveLength(0);
  });

  test('a damaged line is named', () => {
    const lines = Buffer.concat([
      encodeJsonLines(buildRequest({ spans: [{}] })),
      Buffer.from('{"resourceSpans":[{"scopeSpans":[{"spans":[{"syntonRaw":"*"}]}]}]}\n'),
    ]);
    expect(() => decodeJsonLines(lines)).toThrow(MalformedJsonLine);
    expect(() => decodeJsonLines(lines)).toThrow(
      'line 2: a string that is not base64 at $.resourceSpans[0].scopeSpans[0].spans[0].syntonRaw',
    );
  });
});
