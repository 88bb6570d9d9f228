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

  test('of a listener on all addresses: any address, but no further name', () => {
    for (const wildcard of ['0.0.0.0', '::']) {
      const open = new RequestGuard(wildcard, []);
      for (const host of ['10.1.2.3:4317', '[fe80::1]:4317', 'localhost'])
        expect(open.objection(host, undefined)).toBeUndefined();
      for (const host of ['evil.example', '10.1.2.3.evil.example', ''])
        expect(open.objection(host, undefined)).toContain('allowed_hosts');
      expect(open.objection('10.1.2.3', 'http://10.1.2.4')).toContain('origins');
    }
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
