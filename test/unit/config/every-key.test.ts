import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Config } from '../../../src/config/config.ts';
import { CONFIG_KEY_NAMES, type ConfigKey, variableName } from '../../../src/config/config-keys.ts';
import { load, refusal, temporaryFolder } from './loading.ts';

interface KeyCase {
  /** Three values that differ from the default and from each other where the kind has so many. */
  readonly file: string;
  readonly variable: string;
  readonly flag: string;
  readonly parsed: readonly [unknown, unknown, unknown];
  /** Other keys without which the values would be refused. */
  readonly beside?: string;
  readonly read: (config: Config, cwd: string) => unknown;
  readonly wrong: string;
}

const exporting = '[instrument.export]\nendpoint = "http://jaeger:4317"\n';
const booleans = (read: KeyCase['read']): KeyCase => ({
  file: 'false',
  variable: 'true',
  flag: 'FALSE',
  parsed: [false, true, false],
  read,
  wrong: '"yes"',
});
const openings = (read: KeyCase['read']): KeyCase => ({
  ...booleans(read),
  file: 'true',
  variable: 'false',
  flag: 'True',
  parsed: [true, false, true],
});
const addresses = (read: KeyCase['read']): KeyCase => ({
  file: '"127.0.0.1:14317"',
  variable: '[::1]:0',
  flag: 'localhost:65535',
  parsed: [
    { host: '127.0.0.1', port: 14317 },
    { host: '::1', port: 0 },
    { host: 'localhost', port: 65535 },
  ],
  read,
  wrong: '"127.0.0.1:65536"',
});
const requestSizes = (read: KeyCase['read']): KeyCase => ({
  file: '"1MiB"',
  variable: '2000000',
  flag: '3MB',
  parsed: [1_048_576, 2_000_000, 3_000_000],
  read,
  wrong: '"2GiB"',
});
const hosts = (read: KeyCase['read']): KeyCase => ({
  file: '["synton", "traces.Example.com"]',
  variable: 'one,two',
  flag: '10.0.0.1',
  parsed: [['synton', 'traces.example.com'], ['one', 'two'], ['10.0.0.1']],
  read,
  wrong: '["http://synton"]',
});
const folders = (read: KeyCase['read']): KeyCase => ({
  file: '"./elsewhere"',
  variable: '/srv/spans',
  flag: 'spans',
  parsed: ['elsewhere', '/srv/spans', 'spans'],
  read,
  wrong: '""',
});
const listener =
  (key: 'grpc' | 'http' | 'api') =>
  (config: Config): Config['api'] =>
    key === 'api' ? config.api : config.receivers.otlp[key];
const address = (key: 'grpc' | 'http' | 'api') => (config: Config) => {
  const { host, port } = listener(key)(config);
  return { host, port };
};

const CASES: Readonly<Record<ConfigKey, KeyCase>> = {
  'instrument.enabled': booleans((c) => c.instrument.enabled),
  'instrument.sample_rate': {
    file: '0.25',
    variable: '0.5',
    flag: '1e-3',
    parsed: [0.25, 0.5, 0.001],
    read: (c) => c.instrument.sampleRate,
    wrong: '1.01',
  },
  'instrument.max_spans_in_memory': {
    file: '500',
    variable: '20_000',
    flag: '30000',
    parsed: [500, 20_000, 30_000],
    read: (c) => c.instrument.maxSpansInMemory,
    wrong: '0',
  },
  'instrument.max_bytes_in_memory': {
    file: '"32MiB"',
    variable: '1000000',
    flag: '1.5MiB',
    parsed: [33_554_432, 1_000_000, 1_572_864],
    read: (c) => c.instrument.maxBytesInMemory,
    wrong: '"much"',
  },
  'instrument.persistence_enabled': booleans((c) => c.instrument.persistence.enabled),
  'instrument.trace_path': folders((c) => c.instrument.persistence.path),
  'instrument.persistence.enabled': booleans((c) => c.instrument.persistence.enabled),
  'instrument.persistence.path': folders((c) => c.instrument.persistence.path),
  'instrument.persistence.format': {
    file: '"json"',
    variable: 'otlp',
    flag: 'json',
    parsed: ['json', 'otlp', 'json'],
    read: (c) => c.instrument.persistence.format,
    wrong: '"xml"',
  },
  'instrument.export.endpoint': {
    file: '"http://jaeger:4317"',
    variable: 'https://otlp.example.com',
    flag: 'http://[fd00::1]:4317/',
    parsed: ['http://jaeger:4317', 'https://otlp.example.com', 'http://[fd00::1]:4317'],
    read: (c) => c.instrument.export?.url,
    wrong: '"jaeger:4317"',
  },
  'instrument.export.format': {
    file: '"otlp-http"',
    variable: 'otlp-http-json',
    flag: 'otlp',
    parsed: ['otlp-http', 'otlp-http-json', 'otlp'],
    beside: exporting,
    read: (c) => c.instrument.export?.format,
    wrong: '"zipkin"',
  },
  'instrument.export.headers': {
    file: '{ Authorization = "Bearer one" }',
    variable: 'x-team=a%20b,x-tier=2',
    flag: 'authorization=Basic eDp5PT0=',
    parsed: [
      { authorization: 'Bearer one' },
      { 'x-team': 'a b', 'x-tier': '2' },
      { authorization: 'Basic eDp5PT0=' },
    ],
    beside: exporting,
    read: (c) => c.instrument.export?.headers,
    wrong: '{ "no spaces" = "x" }',
  },
  'instrument.export.compression': {
    file: '"none"',
    variable: 'gzip',
    flag: 'none',
    parsed: ['none', 'gzip', 'none'],
    beside: exporting,
    read: (c) => c.instrument.export?.compression,
    wrong: '"brotli"',
  },
  'instrument.export.start': {
    file: '"oldest"',
    variable: 'new',
    flag: 'oldest',
    parsed: ['oldest', 'new', 'oldest'],
    beside: exporting,
    read: (c) => c.instrument.export?.start,
    wrong: '"yesterday"',
  },
  'receivers.otlp.grpc.enabled': booleans((c) => c.receivers.otlp.grpc.enabled),
  'receivers.otlp.grpc.endpoint': addresses(address('grpc')),
  'receivers.otlp.grpc.max_request_bytes': requestSizes(
    (c) => c.receivers.otlp.grpc.maxRequestBytes,
  ),
  'receivers.otlp.grpc.allow_remote': openings((c) => listener('grpc')(c).allowRemote),
  'receivers.otlp.grpc.allowed_hosts': hosts((c) => listener('grpc')(c).allowedHosts),
  'receivers.otlp.http.enabled': booleans((c) => c.receivers.otlp.http.enabled),
  'receivers.otlp.http.endpoint': addresses(address('http')),
  'receivers.otlp.http.max_request_bytes': requestSizes(
    (c) => c.receivers.otlp.http.maxRequestBytes,
  ),
  'receivers.otlp.http.allow_remote': openings((c) => listener('http')(c).allowRemote),
  'receivers.otlp.http.allowed_hosts': hosts((c) => listener('http')(c).allowedHosts),
  'api.endpoint': addresses(address('api')),
  'api.allow_remote': openings((c) => c.api.allowRemote),
  'api.allowed_hosts': hosts((c) => c.api.allowedHosts),
  'retention.max_age': {
    file: '"36h"',
    variable: '30m',
    flag: '2w',
    parsed: [129_600_000, 1_800_000, 1_209_600_000],
    read: (c) => c.retention.maxAgeMs,
    wrong: '7',
  },
  'retention.max_bytes': {
    file: '"512MB"',
    variable: '1GiB',
    flag: '2097152',
    parsed: [512_000_000, 1_073_741_824, 2_097_152],
    read: (c) => c.retention.maxBytes,
    wrong: '"1KiB"',
  },
  'log.level': {
    file: '"warn"',
    variable: 'error',
    flag: 'silent',
    parsed: ['warn', 'error', 'silent'],
    read: (c) => c.log.level,
    wrong: '"chatty"',
  },
  'log.format': {
    file: '"json"',
    variable: 'pretty',
    flag: 'json',
    parsed: ['json', 'pretty', 'json'],
    read: (c) => c.log.format,
    wrong: '"xml"',
  },
};

/** `key = value` under its table; a case's companions come first. */
function fileWith(key: ConfigKey, value: string, beside = ''): string {
  const dot = key.lastIndexOf('.');
  const table = `[${key.slice(0, dot)}]\n`;
  return `${beside.startsWith(table) ? beside : beside + table}${key.slice(dot + 1)} = ${value}\n`;
}

describe.each(CONFIG_KEY_NAMES)('%s', (key) => {
  const { file, variable, flag, parsed, beside, read, wrong } = CASES[key];
  const name = variableName(key);

  test('is read from the file, a variable and a flag, each winning over the one before', () => {
    const cwd = temporaryFolder();
    const expected = parsed.map((value) =>
      key.endsWith('path') ? resolve(cwd, value as string) : value,
    );
    const text = fileWith(key, file, beside);
    const variables = { [name]: variable };

    const first = load({ file: text, lines: true }, cwd);
    expect(read(first.config, cwd)).toEqual(expected[0]);
    expect(first.origins[key]).toMatchObject({ source: 'file', line: text.split('\n').length - 1 });

    const second = load({ file: text, variables }, cwd);
    expect(read(second.config, cwd)).toEqual(expected[1]);
    expect(second.origins[key]).toEqual({ source: 'variable', name });

    const third = load({ file: text, variables, flags: [`--${key}=${flag}`] }, cwd);
    expect(read(third.config, cwd)).toEqual(expected[2]);
    expect(third.origins[key]).toEqual({ source: 'flag', name: `--${key}` });
  });

  test('is refused with its line and what was expected, where the value is wrong', () => {
    const text = fileWith(key, wrong, beside);
    const { problems } = refusal({ file: text });
    expect(problems).toEqual([
      expect.objectContaining({
        key,
        origin: {
          source: 'file',
          file: 'config/synton.toml',
          line: text.split('\n').length - 1,
          column: 1,
        },
        expected: expect.stringMatching(/./),
        given: expect.stringMatching(/./),
      }),
    ]);
  });
});
