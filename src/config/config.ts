/**
 * The configuration as the rest of Synton reads it, and how it is loaded.
 *
 * Sources in order of precedence: flags (in a program: its options), SYNTON_ variables, one TOML file, the
 * defaults of config-keys.ts.
 * Everything is parsed and checked here, once: a Config that exists is sound, and nothing below asks
 * again. All problems are reported together. Reads one file and no other outside state.
 */
import { existsSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import * as v from 'valibot';
import { ConfigError, type ConfigProblem, describeGiven, type Origin } from './config-error.ts';
import {
  type Address,
  CONFIG_KEY_NAMES,
  type ConfigKey,
  type ConfigValues,
  configKeyRow,
  type HttpUrl,
} from './config-keys.ts';
import { findConflicts, type Origins } from './conflicts.ts';
import {
  type GivenValue,
  valuesFromFile,
  valuesFromFlags,
  valuesFromVariables,
} from './given-values.ts';
import { keyPositions } from './key-positions.ts';
import { expectation, valueSchema } from './value-kinds.ts';

/** An address that Synton listens on. Port 0: chosen by the system. */
export interface ListenerConfig extends Address {
  readonly allowRemote: boolean;
  /** In lower case, besides loopback's names and the bound address. */
  readonly allowedHosts: readonly string[];
}

export interface ReceiverConfig extends ListenerConfig {
  readonly enabled: boolean;
  /** After decompression as well. */
  readonly maxRequestBytes: number;
}

/** A destination of forwarded spans. For the HTTP formats a `url` without a path gets `/v1/traces`. */
export interface ExportConfig extends HttpUrl {
  readonly format: 'otlp' | 'otlp-http' | 'otlp-http-json';
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: 'gzip' | 'none';
  readonly start: 'new' | 'oldest';
}

/** What a user configured, parsed: sizes are bytes, durations milliseconds, folders absolute paths. */
export interface Config {
  readonly instrument: {
    readonly enabled: boolean;
    readonly sampleRate: number;
    readonly maxSpansInMemory: number;
    readonly maxBytesInMemory: number;
    /** `enabled` is true when both keys for it are. */
    readonly persistence: {
      readonly enabled: boolean;
      readonly path: string;
      readonly format: 'otlp' | 'json';
    };
    /** Undefined: nothing is forwarded. */
    readonly export: ExportConfig | undefined;
  };
  readonly receivers: {
    readonly otlp: { readonly grpc: ReceiverConfig; readonly http: ReceiverConfig };
  };
  readonly api: ListenerConfig;
  readonly retention: { readonly maxAgeMs: number; readonly maxBytes: number };
  readonly log: {
    readonly level: 'info' | 'warn' | 'error' | 'silent';
    readonly format: 'auto' | 'json' | 'pretty';
  };
}

export interface ConfigInput {
  /** As takeConfigFlags gives them. */
  readonly flags?: ReadonlyMap<string, string | undefined>;
  /** @default process.env */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What relative paths are relative to. @default process.cwd() */
  readonly cwd?: string;
  /** From `--config`; wins over SYNTON_CONFIG, which wins over ./config/synton.toml where that exists. */
  readonly file?: string;
  /** What a program set in code, as TOML would have given it; wins over variables. */
  readonly options?: readonly GivenValue[];
  /** What other variables say; SYNTON_ ones win over them. */
  readonly otherVariables?: readonly GivenValue[];
  /**
   * For a processor inside a program: no file but a named one, and no listeners that could conflict.
   * @default false
   */
  readonly inProgram?: boolean;
  /** Look up the line of every value that a file gave; costs some milliseconds. @default false */
  readonly lines?: boolean;
}

export interface LoadedConfig {
  readonly config: Config;
  readonly origins: Origins;
  /** Every key's value as a file would have it, defaults included. */
  readonly given: Readonly<Record<ConfigKey, unknown>>;
  /** The file that was read, as problems name it. */
  readonly file: string | undefined;
}

/** @throws ConfigError with every problem there is */
export function loadConfig(input: ConfigInput = {}): LoadedConfig {
  const { env = process.env, cwd = process.cwd(), inProgram = false } = input;
  const file = chooseFile(input.file, env, cwd, inProgram);
  const fromFile = file === undefined ? undefined : valuesFromFile(resolve(cwd, file), file);
  const sources = [
    ...(fromFile === undefined ? [] : [fromFile]),
    { values: input.otherVariables ?? [], problems: [] },
    valuesFromVariables(env),
    valuesFromFlags(input.flags ?? new Map()),
    { values: input.options ?? [], problems: [] },
  ];
  const problems = sources.flatMap((source) => source.problems);
  const { given, values, origins } = settle(
    sources.map((source) => source.values),
    problems,
  );
  // Conflicts between values that are themselves wrong would only repeat the same news.
  if (problems.length === 0) problems.push(...findConflicts(values, origins, cwd, inProgram));

  const place = placer(fromFile?.text, problems.length > 0 || input.lines === true);
  if (problems.length > 0) {
    throw new ConfigError(
      problems.map((problem) => ({ ...problem, origin: place(problem.origin, problem.key) })),
    );
  }
  return {
    config: assemble(values, origins, cwd),
    origins: Object.fromEntries(
      CONFIG_KEY_NAMES.map((key) => [key, place(origins[key], key)]),
    ) as Record<ConfigKey, Origin>,
    given,
    file,
  };
}

/** Names it as a user would: relative where it lies below the working directory. */
function chooseFile(
  asked: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
  namedOnly: boolean,
): string | undefined {
  const file = asked || env['SYNTON_CONFIG'];
  if (!file) {
    if (namedOnly) return undefined;
    const usual = join('config', 'synton.toml');
    return existsSync(resolve(cwd, usual)) ? usual : undefined;
  }
  const fromCwd = relative(cwd, resolve(cwd, file));
  return fromCwd.startsWith('..') || isAbsolute(fromCwd) ? resolve(cwd, file) : fromCwd;
}

/** Parses every given value, later sources winning; wrong values join `problems`. */
function settle(
  sources: readonly (readonly GivenValue[])[],
  problems: ConfigProblem[],
): { given: Record<ConfigKey, unknown>; values: ConfigValues; origins: Origins } {
  const given: Partial<Record<ConfigKey, unknown>> = {};
  const values: Partial<Record<ConfigKey, unknown>> = {};
  const origins: Partial<Record<ConfigKey, Origin>> = {};
  for (const key of CONFIG_KEY_NAMES) {
    const row = configKeyRow(key);
    given[key] = row.default;
    values[key] = row.default === undefined ? undefined : v.parse(valueSchema(row), row.default);
    origins[key] = { source: 'default' };
  }
  for (const { key, value, origin } of sources.flat()) {
    const row = configKeyRow(key);
    const result = v.safeParse(valueSchema(row), value);
    given[key] = value;
    origins[key] = origin;
    if (result.success) values[key] = result.output;
    else problems.push(wrongValue(key, value, origin));
  }
  // The table's types are those of its schemas: ConfigValues is derived from the same rows.
  return { given, values, origins } as {
    given: Record<ConfigKey, unknown>;
    values: ConfigValues;
    origins: Origins;
  };
}

function wrongValue(key: ConfigKey, value: unknown, origin: Origin): ConfigProblem {
  const row = configKeyRow(key);
  const expected = expectation(row);
  const given = row.kind === 'headers' ? 'something else (not shown)' : describeGiven(value);
  return {
    origin,
    key: origin.source === 'file' || origin.source === 'default' ? key : origin.name,
    expected,
    given,
    message: `expected ${expected}, got ${given}`,
  };
}

/** Adds line and column to what a file gave, where they are wanted. */
function placer(
  text: string | undefined,
  wanted: boolean,
): (origin: Origin, key: string | undefined) => Origin {
  const positions = text && wanted ? keyPositions(text) : undefined;
  return (origin, key) => {
    if (origin.source !== 'file' || origin.line !== undefined || key === undefined) return origin;
    return { ...origin, ...positions?.get(key) };
  };
}

const PRECEDENCE: Readonly<Record<Origin['source'], number>> = {
  default: 0,
  file: 1,
  variable: 2,
  flag: 3,
  option: 3,
};

function assemble(values: ConfigValues, origins: Origins, cwd: string): Config {
  const tracePathWins =
    PRECEDENCE[origins['instrument.trace_path'].source] >
    PRECEDENCE[origins['instrument.persistence.path'].source];
  const path = values[tracePathWins ? 'instrument.trace_path' : 'instrument.persistence.path'];
  const destination = values['instrument.export.endpoint'];
  return {
    instrument: {
      enabled: values['instrument.enabled'],
      sampleRate: values['instrument.sample_rate'],
      maxSpansInMemory: values['instrument.max_spans_in_memory'],
      maxBytesInMemory: values['instrument.max_bytes_in_memory'],
      persistence: {
        enabled:
          values['instrument.persistence_enabled'] && values['instrument.persistence.enabled'],
        path: resolve(cwd, path),
        format: values['instrument.persistence.format'],
      },
      export: destination && {
        ...destination,
        format: values['instrument.export.format'],
        headers: values['instrument.export.headers'],
        compression: values['instrument.export.compression'],
        start: values['instrument.export.start'],
      },
    },
    receivers: {
      otlp: {
        grpc: receiver(values, 'receivers.otlp.grpc'),
        http: receiver(values, 'receivers.otlp.http'),
      },
    },
    api: listener(values, 'api'),
    retention: {
      maxAgeMs: values['retention.max_age'],
      maxBytes: values['retention.max_bytes'],
    },
    log: { level: values['log.level'], format: values['log.format'] },
  };
}

function receiver(
  values: ConfigValues,
  key: 'receivers.otlp.grpc' | 'receivers.otlp.http',
): ReceiverConfig {
  return {
    ...listener(values, key),
    enabled: values[`${key}.enabled`],
    maxRequestBytes: values[`${key}.max_request_bytes`],
  };
}

function listener(
  values: ConfigValues,
  key: 'receivers.otlp.grpc' | 'receivers.otlp.http' | 'api',
): ListenerConfig {
  return {
    ...values[`${key}.endpoint`],
    allowRemote: values[`${key}.allow_remote`],
    allowedHosts: values[`${key}.allowed_hosts`],
  };
}
