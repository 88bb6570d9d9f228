import { expect, test } from 'vitest';
import {
  type Announced,
  announcementAsJson,
  announcementAsText,
} from '../../../src/cli/announcement.ts';
import { loadConfig } from '../../../src/config/config.ts';
import { takeConfigFlags } from '../../../src/config/config-flags.ts';

function announced(flags: readonly string[], changes: Partial<Announced> = {}): Announced {
  const { config } = loadConfig({ env: {}, cwd: '/srv', flags: takeConfigFlags(flags).flags });
  return {
    config,
    endpoints: {
      grpc: { host: '127.0.0.1', port: 40001 },
      http: { host: '0.0.0.0', port: 40002 },
      api: { host: '::1', port: 40003 },
    },
    dataPath: '/srv/data/traces',
    file: undefined,
    version: '1.2.3',
    pid: 77,
    ...changes,
  };
}

test('says where it listens, where data is, and what to set', () => {
  expect(announcementAsText(announced([]))).toBe(
    `Synton 1.2.3 is ready (pid 77)

  OTLP/gRPC      127.0.0.1:40001
  OTLP/HTTP      http://localhost:40002/v1/traces
  API            http://[::1]:40003
  data           /srv/data/traces (kept 7d, at most 10GiB)
  forwarding     nowhere (instrument.export.endpoint is unset)
  configuration  defaults

To send traces here, set in the environment of your program:

  export OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:40001
  export OTEL_EXPORTER_OTLP_PROTOCOL=grpc

or, over HTTP:

  export OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:40002
  export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf

`,
  );
});

test('names the destination, and says when nothing is kept or received', () => {
  const text = announcementAsText(
    announced(['--instrument.export.endpoint=http://jaeger:4317', '--instrument.enabled=false'], {
      endpoints: { api: { host: '127.0.0.1', port: 4319 } },
      dataPath: undefined,
    }),
  );
  expect(text).toContain('http://jaeger:4317 (otlp)');
  expect(text).toContain('in memory only');
  expect(text).toContain('off (instrument.enabled = false)');
  expect(text).not.toContain('export OTEL');
});

test('one receiver is enough for the SDK’s lines', () => {
  const http = { host: '127.0.0.1', port: 4318 };
  const text = announcementAsText(
    announced([], { endpoints: { http, api: { host: '127.0.0.1', port: 4319 } } }),
  );
  expect(text).toContain('OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf');
  expect(text).not.toContain('or, over HTTP');
});

test('as JSON it is one line', () => {
  const line = announcementAsJson(announced([], { dataPath: undefined }));
  expect(line.trimEnd()).not.toContain('\n');
  expect(JSON.parse(line)).toEqual({
    version: '1.2.3',
    pid: 77,
    endpoints: {
      grpc: { host: '127.0.0.1', port: 40001 },
      http: { host: '0.0.0.0', port: 40002 },
      api: { host: '::1', port: 40003 },
    },
    dataPath: null,
  });
});
