import { describe, expect, it } from 'vitest';
import { parseRetryAfter } from '../../../../src/exporters/otlp/http-status.ts';
import { grpcTarget, httpTracesUrl } from '../../../../src/exporters/otlp/otlp-endpoint.ts';

describe('an endpoint', () => {
  it.each([
    ['http://localhost:4318', 'http://localhost:4318/v1/traces'],
    ['http://localhost:4318/', 'http://localhost:4318/v1/traces'],
    ['https://example.org/otlp/v1/traces', 'https://example.org/otlp/v1/traces'],
    ['http://[::1]:4318/custom?a=b', 'http://[::1]:4318/custom?a=b'],
  ])('of HTTP: %s is %s', (endpoint, url) => {
    expect(httpTracesUrl(endpoint).href).toBe(url);
  });

  it.each([
    ['http://localhost:4317', 'localhost:4317', false],
    ['localhost:4317', 'localhost:4317', false],
    ['http://jaeger', 'jaeger:4317', false],
    ['https://example.org', 'example.org:443', true],
    ['http://[::1]:4317/ignored', '[::1]:4317', false],
  ])('of gRPC: %s is %s, TLS %s', (endpoint, target, tls) => {
    expect(grpcTarget(endpoint)).toEqual({ target, tls });
  });

  it.each(['', 'ftp://example.org', 'http://', 'unix:/run/otlp', '/v1/traces'])(
    'is not %j',
    (endpoint) => {
      expect(() => httpTracesUrl(endpoint)).toThrow(
        expect.objectContaining({ code: 'InvalidEndpoint' }),
      );
      expect(() => grpcTarget(endpoint)).toThrow(
        expect.objectContaining({ code: 'InvalidEndpoint' }),
      );
    },
  );
});

it.each([
  ['120', 120_000],
  [' 3 ', 3000],
  ['Thu, 01 Jan 1970 00:02:00 GMT', 60_000],
  ['Thu, 01 Jan 1970 00:00:01 GMT', 0],
  ['-1', undefined],
  ['', undefined],
  [undefined, undefined],
])('Retry-After: %j is %s ms', (text, expected) => {
  expect(parseRetryAfter(text, 60_000)).toBe(expected);
});
