import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/config.ts';
import { ConfigError } from '../../../src/config/config-error.ts';
import { load, refusal, temporaryFolder } from './loading.ts';

describe('which file is read', () => {
  test('none: the defaults', () => {
    const { config, file, origins } = load();
    expect(file).toBeUndefined();
    expect(config.instrument.sampleRate).toBe(1);
    expect(config.instrument.export).toBeUndefined();
    expect(config.api).toEqual({
      host: '127.0.0.1',
      port: 4319,
      allowRemote: false,
      allowedHosts: [],
    });
    expect(new Set(Object.values(origins).map(({ source }) => source))).toEqual(
      new Set(['default']),
    );
  });

  test('./config/synton.toml, SYNTON_CONFIG, --config: the later wins', () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'config'));
    writeFileSync(join(cwd, 'config/synton.toml'), '[log]\nlevel = "warn"');
    writeFileSync(join(cwd, 'one.toml'), '[log]\nlevel = "error"');
    writeFileSync(join(cwd, 'two.toml'), '[log]\nlevel = "silent"');
    const env = { SYNTON_CONFIG: 'one.toml' };
    expect(loadConfig({ cwd, env: {} }).config.log.level).toBe('warn');
    expect(loadConfig({ cwd, env }).config.log.level).toBe('error');
    expect(loadConfig({ cwd, env, file: 'two.toml' })).toMatchObject({
      file: 'two.toml',
      config: { log: { level: 'silent' } },
    });
  });

  test('one that is not there is a problem, not a default', () => {
    const cwd = temporaryFolder();
    expect(() => loadConfig({ cwd, env: {}, file: 'nowhere.toml' })).toThrow(
      'nowhere.toml: cannot be read: there is no such file',
    );
  });
});

describe('what belongs together', () => {
  test('persistence is on when both keys for it are', () => {
    const both = (flags: string[]) => load({ flags }).config.instrument.persistence.enabled;
    expect(both([])).toBe(true);
    expect(both(['--instrument.persistence_enabled=false'])).toBe(false);
    expect(both(['--instrument.persistence.enabled=false'])).toBe(false);
    expect(both(['--instrument.persistence.enabled', '--instrument.persistence_enabled'])).toBe(
      true,
    );
  });

  test('of the two paths the one set with more precedence wins', () => {
    const cwd = temporaryFolder();
    const file = '[instrument.persistence]\npath = "from-file"';
    const path = (flags: string[], variables: Record<string, string> = {}) =>
      load({ file, flags, variables }, cwd).config.instrument.persistence.path;
    expect(path([])).toBe(resolve(cwd, 'from-file'));
    expect(path(['--instrument.trace_path=flag'])).toBe(resolve(cwd, 'flag'));
    expect(path([], { SYNTON_INSTRUMENT__TRACE_PATH: '/variable' })).toBe('/variable');
  });

  test('an export endpoint is taken apart', () => {
    const { config } = load({
      flags: [
        '--instrument.export.endpoint=HTTPS://Otlp.example.com/base/',
        '--instrument.export.format=otlp-http',
      ],
    });
    expect(config.instrument.export).toEqual({
      url: 'https://otlp.example.com/base',
      host: 'otlp.example.com',
      port: 443,
      secure: true,
      path: '/base',
      format: 'otlp-http',
      headers: {},
      compression: 'gzip',
      start: 'new',
    });
  });
});

describe('a wrong configuration', () => {
  test('is refused with every problem at once', () => {
    const error = refusal({
      file: [
        '[instrument]',
        'sample_rte = 0.5',
        'enabled = "on"',
        '[instrumnet.export]',
        'endpoint = "http://jaeger:4317"',
        '[retention]',
        'max_age = "7 years"',
      ].join('\n'),
      variables: { SYNTON_API__ENDPIONT: '127.0.0.1:1', SYNTON_LOG__LEVEL: 'loud' },
      flags: ['--api.endpoint=4319', '--log.fromat=json', '--retention.max_bytes'],
    });
    expect(error.code).toBe('InvalidConfig');
    expect(error.message.split('\n')).toEqual([
      'config/synton.toml:2:1: instrument.sample_rte: there is no such key; did you mean instrument.sample_rate?',
      'config/synton.toml:4:2: instrumnet: there is no such table; did you mean instrument?',
      'SYNTON_API__ENDPIONT: there is no such variable; did you mean SYNTON_API__ENDPOINT?',
      '--log.fromat: there is no such flag; did you mean --log.format?',
      'config/synton.toml:3:1: instrument.enabled: expected true or false, got "on"',
      'config/synton.toml:7:1: retention.max_age: expected a duration with its unit, such as "7d", "30s" or "500ms", got "7 years"',
      'SYNTON_LOG__LEVEL: expected one of "info", "warn", "error", "silent", got "loud"',
      '--api.endpoint: expected an address and a port, such as "127.0.0.1:4317" or "[::1]:4317", got "4319"',
      '--retention.max_bytes: expected a size such as "10GiB" or a number of bytes, at least 1MiB, got nothing',
    ]);
    expect(error.problems[0]).toMatchObject({ nearest: 'instrument.sample_rate' });
  });

  test('says where TOML itself is broken', () => {
    expect(refusal({ file: '[log]\nlevel = = "info"' }).problems).toEqual([
      {
        origin: { source: 'file', file: 'config/synton.toml', line: 2, column: 9 },
        message: expect.stringContaining('not valid TOML'),
      },
    ]);
  });

  test('names a table that should be one', () => {
    expect(refusal({ file: 'instrument = 3' }).message).toBe(
      'config/synton.toml:1:1: instrument: expected a table, [instrument], got 3',
    );
  });

  test('suggests nothing where nothing is near', () => {
    const { message, problems } = refusal({ file: 'zzzzzzzzzzzz = 3' });
    expect(message).toContain('`synton config` lists all there are');
    expect(problems[0]).not.toHaveProperty('nearest');
  });

  test('shows no secret and no control character', () => {
    const { message } = refusal({
      flags: [
        '--instrument.export.endpoint=http://user:hunter2@jaeger:4317',
        '--instrument.export.headers=authorization=hunter3\u0007',
        '--log.level=\u001b[31mred',
      ],
    });
    expect(message).not.toMatch(/hunter/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
    expect(message).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    expect(message).toContain('without user name, password');
  });

  test('is a ConfigError, whichever way it was wrong', () => {
    expect(refusal({ flags: ['--log.level=x'] })).toBeInstanceOf(ConfigError);
  });
});

describe('variables', () => {
  test('empty ones are unset', () => {
    expect(load({ variables: { SYNTON_LOG__LEVEL: '' } }).origins['log.level']).toEqual({
      source: 'default',
    });
  });

  test('what Kubernetes injects for a service named synton is not a mistyped key', () => {
    const variables = {
      SYNTON_SERVICE_HOST: '10.0.0.1',
      SYNTON_SERVICE_PORT: '4317',
      SYNTON_SERVICE_PORT_OTLP_GRPC: '4317',
      SYNTON_PORT: 'tcp://10.0.0.1:4317',
      SYNTON_PORT_4317_TCP: 'tcp://10.0.0.1:4317',
      SYNTON_PORT_4317_TCP_ADDR: '10.0.0.1',
      SYNTON_API_SERVICE_HOST: '10.0.0.1',
    };
    expect(load({ variables }).config.api.port).toBe(4319);
    expect(refusal({ variables: { SYNTON_PORTS: '1' } }).message).toContain('SYNTON_PORTS');
  });
});
