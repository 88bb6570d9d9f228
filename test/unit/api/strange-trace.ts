import { fillRequest, type RequestSpec } from '../../support/otlp-request.ts';

/** Every type of attribute value, links, names that look like code, numbers that JSON has not. */
export const STRANGE: RequestSpec = {
  seed: 9,
  service: 'strange',
  attributes: { bytes: new Uint8Array([0, 255, 1]), list: [1, 'two', null, [true]] },
  schemaUrl: 'https://opentelemetry.io/schemas/1.37.0',
  spans: [
    {
      name: '<script>alert(1)</script>',
      attributes: [
        ['__proto__', 'x'],
        ['same', 1n << 62n],
        ['same', Number.NaN],
        ['zero', -0],
        ['deep', { map: { of: [Number.POSITIVE_INFINITY, null] } }],
        ['empty', null],
      ],
      links: [
        { traceState: 'a=b', attributes: { why: 'retry' }, flags: 1 },
        { traceId: '', spanId: '' },
      ],
      events: [{ name: 'custom', atMs: 1, attributes: { ok: true }, droppedAttributes: 2 }],
      status: 'error',
      statusMessage: '\u0000\u001b[31m',
      droppedLinks: 1,
    },
    { name: '', parent: 0, kind: 17, atMs: -5, endUnixNano: 1n },
  ],
};
export const STRANGE_ID: string = fillRequest(STRANGE).spans[0]!.traceId;
