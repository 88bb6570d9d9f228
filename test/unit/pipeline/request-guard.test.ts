import { describe, expect, test } from 'vitest';
import { RequestGuard } from '../../../src/pipeline/request-guard.ts';

const guard = new RequestGuard('192.168.1.7', ['collector.example', 'FE80::1']);

describe('Host', () => {
  test.each([
    ['localhost'],
    ['LOCALHOST:4319'],
    ['127.0.0.1:4319'],
    ['[::1]:4319'],
    ['192.168.1.7'],
    ['collector.example:80'],
    ['Collector.Example'],
    ['[fe80::1]:4319'],
  ])('%s may pass', (host) => {
    expect(guard.objection(host, undefined)).toBeUndefined();
  });

  test.each([
    ['evil.example'],
    ['localhost.evil.example'],
    ['evil.example:4319'],
    ['collector.example.evil'],
    ['127.0.0.1.evil.example'],
    ['127.0.0.1@evil.example'],
    ['localhost:4319:4319'],
    ['0.0.0.0'],
    [''],
  ])('%j may not', (host) => {
    expect(guard.objection(host, undefined)).toContain('allowed_hosts');
  });

  test('HTTP/1.0 may leave it out', () => {
    expect(guard.objection(undefined, undefined)).toBeUndefined();
  });
});

describe('Origin', () => {
  test.each([
    ['http://localhost:3000'],
    ['https://127.0.0.1'],
    ['http://[::1]:8080'],
    ['http://collector.example:4319'],
  ])('%s may pass', (origin) => {
    expect(guard.objection('localhost', origin)).toBeUndefined();
  });

  test.each([
    ['http://evil.example'],
    ['null'],
    ['file://'],
    ['chrome-extension://localhost'],
    ['http://'],
    ['http://localhost/evil.example'],
  ])('%s may not', (origin) => {
    expect(guard.objection('localhost', origin)).toContain('origins');
  });
});
