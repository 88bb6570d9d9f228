import { networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import { reachesListener } from '../../../src/config/conflicts.ts';
import { load, refusal } from './loading.ts';

const open = ['--receivers.otlp.grpc.endpoint=0.0.0.0:4317', '--receivers.otlp.grpc.allow_remote'];

describe('two folders', () => {
  const file = '[instrument]\ntrace_path = "a"\n[instrument.persistence]\npath = "b"';

  test('set at the same level and different: refused, both named', () => {
    const { message } = refusal({ file });
    expect(message).toContain('config/synton.toml:2:1: instrument.trace_path: conflicts with');
    expect(message).toContain('instrument.persistence.path');
    expect(message).toContain('remove one of the two');
    const variables = {
      SYNTON_INSTRUMENT__TRACE_PATH: 'a',
      SYNTON_INSTRUMENT__PERSISTENCE__PATH: 'b',
    };
    expect(refusal({ variables }).message).toContain('variable SYNTON_INSTRUMENT__TRACE_PATH');
  });

  test('the same folder written twice is one folder', () => {
    expect(() => load({ file: file.replace('"b"', '"./x/../a"') })).not.toThrow();
  });

  test('different levels do not conflict', () => {
    expect(() =>
      load({ file: '[instrument]\ntrace_path = "a"', flags: ['--instrument.persistence.path=b'] }),
    ).not.toThrow();
  });
});

describe('forwarding to ourselves', () => {
  test.each([
    ['http://localhost:4317', [], 'receivers.otlp.grpc.endpoint'],
    ['http://127.0.0.1:4318', [], 'receivers.otlp.http.endpoint'],
    ['http://[::1]:4317', [], 'receivers.otlp.grpc.endpoint'],
    ['http://0.0.0.0:4319', [], 'api.endpoint'],
    ['http://127.8.0.9:4317', open, 'receivers.otlp.grpc.endpoint'],
  ])('%s is refused, naming both keys and the remedy', (endpoint, flags, listener) => {
    const { message } = refusal({ flags: [...flags, `--instrument.export.endpoint=${endpoint}`] });
    expect(message).toContain('instrument.export.endpoint');
    expect(message).toContain(listener);
    expect(message).toContain('loop');
    expect(message).toContain('forward to another port');
  });

  test('an address of this machine reaches a listener on every interface', () => {
    const own = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .map(({ address }) => address);
    expect(own.length).toBeGreaterThan(0);
    for (const host of own) {
      expect(reachesListener({ host, port: 4317 }, { host: '0.0.0.0', port: 4317 })).toBe(true);
    }
  });

  test.each([
    ['another port', ['--instrument.export.endpoint=http://localhost:14317']],
    ['another machine', [...open, '--instrument.export.endpoint=http://192.0.2.1:4317']],
    [
      'a receiver that is off',
      ['--receivers.otlp.grpc.enabled=false', '--instrument.export.endpoint=http://localhost:4317'],
    ],
    [
      'nothing is received',
      ['--instrument.enabled=false', '--instrument.export.endpoint=http://localhost:4318'],
    ],
  ])('%s is no loop', (_, flags) => {
    expect(() => load({ flags })).not.toThrow();
  });
});

describe('listeners', () => {
  test.each(['receivers.otlp.grpc', 'receivers.otlp.http', 'api'])(
    '%s beyond loopback needs to be permitted',
    (key) => {
      const flags = [`--${key}.endpoint=0.0.0.0:9999`];
      expect(refusal({ flags }).message).toContain(`set ${key}.allow_remote = true`);
      expect(() => load({ flags: [...flags, `--${key}.allow_remote=true`] })).not.toThrow();
    },
  );

  test.each(['127.0.0.1', '127.1.2.3', '[::1]', 'localhost'])('%s is loopback', (host) => {
    expect(() => load({ flags: [`--api.endpoint=${host}:0`] })).not.toThrow();
  });

  test('two on one port are refused, unless the system chooses', () => {
    expect(refusal({ flags: ['--api.endpoint=127.0.0.1:4317'] }).message).toContain(
      'port 4317 is taken by receivers.otlp.grpc.endpoint',
    );
    const zero = ['receivers.otlp.grpc', 'receivers.otlp.http', 'api'];
    expect(() => load({ flags: zero.map((key) => `--${key}.endpoint=127.0.0.1:0`) })).not.toThrow();
  });
});

test('a path in a gRPC endpoint is refused, as nothing could use it', () => {
  const endpoint = '--instrument.export.endpoint=http://jaeger:4317/v1/traces';
  expect(refusal({ flags: [endpoint] }).message).toContain('instrument.export.format');
  expect(() => load({ flags: [endpoint, '--instrument.export.format=otlp-http'] })).not.toThrow();
});
