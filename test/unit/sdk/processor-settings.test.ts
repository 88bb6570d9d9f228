import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConfigError } from '../../../src/config/config-error.ts';
import type { ProcessorOptions } from '../../../src/sdk/processor-options.ts';
import { processorSettings } from '../../../src/sdk/processor-settings.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'synton-settings-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function file(text: string): string {
  const path = join(folder, 'synton.toml');
  writeFileSync(path, text);
  return path;
}

/** What a wrong option is answered with. */
function complaint(options: object, env: Record<string, string> = {}): string {
  try {
    processorSettings(options as ProcessorOptions, env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  throw new Error('there was no complaint');
}

describe('without anything', () => {
  test('spans live in memory, all of them, and go nowhere', () => {
    const settings = processorSettings({}, {});
    expect(settings).toMatchObject({
      enabled: true,
      isMemoryOnly: true,
      maxEndedSpans: 65_536,
      flushTimeoutMs: 30_000,
      warnings: [],
    });
    expect(settings.runtime).toMatchObject({ sampleRate: 1, obeysSampledFlag: true });
    expect(settings.runtime.persistence).toBeUndefined();
    expect(settings.runtime.forward).toBeUndefined();
  });

  test('OTEL_SDK_DISABLED and enabled = false switch it off', () => {
    expect(processorSettings({}, { OTEL_SDK_DISABLED: 'true' }).enabled).toBe(false);
    expect(processorSettings({ enabled: false }, {}).enabled).toBe(false);
    expect(processorSettings({}, { SYNTON_INSTRUMENT__ENABLED: 'false' }).enabled).toBe(false);
  });
});

describe('persistence', () => {
  test('is on with a path, from wherever it comes', () => {
    const path = resolve('somewhere');
    for (const settings of [
      processorSettings({ path: 'somewhere' }, {}),
      processorSettings({ persistence: { path: 'somewhere' } }, {}),
      processorSettings({}, { SYNTON_INSTRUMENT__TRACE_PATH: 'somewhere' }),
    ]) {
      expect(settings.runtime.persistence).toEqual({ path, format: 'otlp' });
    }
  });

  test('is on with a configuration file that says so, and off where one says no', () => {
    const kept = file(`[instrument]\ntrace_path = ${JSON.stringify(join(folder, 'data'))}\n`);
    expect(processorSettings({ configFile: kept }, {}).runtime.persistence?.path).toBe(
      join(folder, 'data'),
    );
    const dropped = file('[instrument]\npersistence_enabled = false\n');
    expect(processorSettings({ configFile: dropped }, {}).isMemoryOnly).toBe(true);
    expect(processorSettings({ path: 'x', persistence: { enabled: false } }, {}).isMemoryOnly).toBe(
      true,
    );
  });
});

describe('precedence', () => {
  test('option over variable over file over default', () => {
    const configFile = file(
      '[instrument]\nsample_rate = 0.1\nmax_spans_in_memory = 100\nmax_bytes_in_memory = "1MiB"\n',
    );
    const env = {
      SYNTON_CONFIG: configFile,
      SYNTON_INSTRUMENT__SAMPLE_RATE: '0.2',
      SYNTON_INSTRUMENT__MAX_SPANS_IN_MEMORY: '200',
    };
    expect(processorSettings({ sampleRate: 0.3 }, env).runtime).toMatchObject({
      sampleRate: 0.3,
      maxSpansInMemory: 200,
      maxBytesInMemory: 1024 * 1024,
    });
  });

  test('SYNTON_ variables over OTEL_ ones over the file', () => {
    const configFile = file('[instrument.export]\nendpoint = "http://file:4317"\n');
    const otel = { SYNTON_CONFIG: configFile, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel:4317' };
    expect(processorSettings({}, otel).runtime.forward?.endpoint).toBe('http://otel:4317');
    const both = { ...otel, SYNTON_INSTRUMENT__EXPORT__ENDPOINT: 'http://synton:4317' };
    expect(processorSettings({}, both).runtime.forward?.endpoint).toBe('http://synton:4317');
    const options = { export: { endpoint: 'http://option:4317' } };
    expect(processorSettings(options, both).runtime.forward?.endpoint).toBe('http://option:4317');
  });
});

describe('the OTEL_ variables of exporters', () => {
  test.each([
    [{ ENDPOINT: 'http://a:4317' }, { endpoint: 'http://a:4317', format: 'otlp' }],
    [{ ENDPOINT: 'http://a:4318' }, { endpoint: 'http://a:4318/v1/traces', format: 'otlp-http' }],
    [
      { ENDPOINT: 'http://a:4318/base', PROTOCOL: 'http/json' },
      { endpoint: 'http://a:4318/base/v1/traces', format: 'otlp-http-json' },
    ],
    [
      { TRACES_ENDPOINT: 'http://a:4318/mine', PROTOCOL: 'http/protobuf' },
      { endpoint: 'http://a:4318/mine', format: 'otlp-http' },
    ],
    [
      { ENDPOINT: 'a:4317', PROTOCOL: 'grpc', INSECURE: 'true' },
      { endpoint: 'http://a:4317', format: 'otlp' },
    ],
    [
      { ENDPOINT: 'http://a:4317', HEADERS: 'Key=v%20w', COMPRESSION: 'none' },
      { headers: { key: 'v w' }, compression: 'none' },
    ],
  ])('%j', (variables, expected) => {
    const env = Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [`OTEL_EXPORTER_OTLP_${name}`, value]),
    );
    const settings = processorSettings({}, env);
    expect(settings.warnings).toEqual([]);
    expect(settings.runtime.forward).toMatchObject(expected);
  });

  test('the ones of the batch processor bound the buffer, the wait and the flush', () => {
    const env = {
      OTEL_BSP_MAX_QUEUE_SIZE: '4096',
      OTEL_BSP_SCHEDULE_DELAY: '200',
      OTEL_BSP_EXPORT_TIMEOUT: '1000',
    };
    expect(processorSettings({}, env)).toMatchObject({
      maxEndedSpans: 4096,
      lingerMs: 200,
      flushTimeoutMs: 1000,
    });
    expect(processorSettings({ maxEndedSpans: 10 }, env).maxEndedSpans).toBe(10);
  });
});

describe('mistakes', () => {
  test('in an option throw, and name it', () => {
    expect(complaint({ sampleRate: 7 })).toBe('sampleRate: expected a number from 0 to 1, got 7');
    expect(complaint({ sampelRate: 1 })).toMatch(/sampelRate: .*did you mean sampleRate\?/);
    expect(complaint({ export: { endpiont: 'http://a' } })).toMatch(/did you mean export.endpoint/);
    expect(complaint({ exporter: {} })).toMatch(/exporter: expected a SpanExporter/);
    expect(complaint({ maxEndedSpans: 0 })).toMatch(/maxEndedSpans: expected a whole number/);
    expect(complaint({ path: 'a', persistence: { path: 'b' } })).toMatch(/conflicts with/);
    expect(complaint({ configFile: join(folder, 'none.toml') })).toMatch(/there is no such file/);
  });

  test('in the environment are passed over with a warning', () => {
    const env = {
      SYNTON_INSTRUMENT__SAMPLE_RATE: 'lots',
      SYNTON_INSTRUMENT__MAX_SPANS_IN_MEMORY: '5',
      SYNTON_NONSENSE: 'x',
      SYNTON_CONFIG: join(folder, 'none.toml'),
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://user:secret@host:4317',
    };
    const { runtime, warnings } = processorSettings({}, env);
    expect(runtime).toMatchObject({ sampleRate: 1, maxSpansInMemory: 5 });
    expect(runtime.forward).toBeUndefined();
    expect(warnings.length).toBe(4);
    expect(warnings.join('\n')).not.toContain('secret');
  });

  test('a listener of ours is no conflict: the processor has none', () => {
    const options = { export: { endpoint: 'http://127.0.0.1:4317' } };
    expect(processorSettings(options, {}).runtime.forward?.endpoint).toBe('http://127.0.0.1:4317');
  });
});
