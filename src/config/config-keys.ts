/**
 * Every key of the configuration, once: its kind, its default, its bounds and one sentence about it.
 *
 * Types, validation, flags, variables, the printed configuration and the documentation are all made from
 * this table. A default is written as a user would write it in the file; `undefined` means unset. What
 * keys mean together (conflicts, what wins over what) is in conflicts.ts and config.ts, not here.
 */
export const CONFIG_KEYS = {
  'instrument.enabled': {
    kind: 'boolean',
    default: true,
    about: 'Receive spans. When false nothing is received; what is stored is still served.',
  },
  'instrument.sample_rate': {
    kind: 'ratio',
    default: 1,
    about: 'Share of traces to keep and forward, 0 to 1. A trace with an error is kept regardless.',
  },
  'instrument.max_spans_in_memory': {
    kind: 'count',
    min: 1,
    max: 10_000_000,
    default: 10_000,
    about: 'Spans in the in-memory ring, inside and outside the sample.',
  },
  'instrument.max_bytes_in_memory': {
    kind: 'size',
    min: 65_536,
    default: '16MiB',
    about: 'Bytes of spans in the in-memory ring; whichever bound is met first holds.',
  },
  'instrument.persistence_enabled': {
    kind: 'boolean',
    default: true,
    about: 'Keep spans on disk. Persistence is on when this and persistence.enabled are both true.',
  },
  'instrument.trace_path': {
    kind: 'path',
    default: './data/traces',
    about: 'Folder of the stored spans; the same thing as persistence.path.',
  },
  'instrument.persistence.enabled': {
    kind: 'boolean',
    default: true,
    about: 'Keep spans on disk. When false they live in memory only.',
  },
  'instrument.persistence.path': {
    kind: 'path',
    default: './data/traces',
    about: 'Folder of the stored spans, relative to the working directory.',
  },
  'instrument.persistence.format': {
    kind: 'choice',
    choices: ['otlp', 'json'],
    default: 'otlp',
    about: 'Form of the stored blocks: otlp (protobuf, compact) or json (lines of OTLP/JSON).',
  },
  'instrument.export.endpoint': {
    kind: 'url',
    default: undefined,
    about: 'Where kept spans are forwarded. Nothing is forwarded while it is unset.',
  },
  'instrument.export.format': {
    kind: 'choice',
    choices: ['otlp', 'otlp-http', 'otlp-http-json'],
    default: 'otlp',
    about: 'How to forward: otlp (gRPC), otlp-http (protobuf over HTTP) or otlp-http-json.',
  },
  'instrument.export.headers': {
    kind: 'headers',
    default: {},
    about: 'Headers sent with every forwarded request, for example authorization.',
  },
  'instrument.export.compression': {
    kind: 'choice',
    choices: ['gzip', 'none'],
    default: 'gzip',
    about: 'Compression of forwarded requests.',
  },
  'instrument.export.start': {
    kind: 'choice',
    choices: ['new', 'oldest'],
    default: 'new',
    about:
      'Where a destination seen for the first time begins: new spans only, or the oldest stored.',
  },
  'receivers.otlp.grpc.enabled': {
    kind: 'boolean',
    default: true,
    about: 'Receive OTLP over gRPC.',
  },
  'receivers.otlp.grpc.endpoint': {
    kind: 'address',
    default: '127.0.0.1:4317',
    about: 'Address to listen on for OTLP/gRPC. Port 0 lets the system choose.',
  },
  'receivers.otlp.grpc.max_request_bytes': {
    kind: 'size',
    min: 1024,
    max: 1_073_741_824,
    default: '64MiB',
    about: 'Largest request accepted, after decompression as well.',
  },
  'receivers.otlp.grpc.allow_remote': {
    kind: 'boolean',
    default: false,
    about: 'Permit an address that other machines can reach.',
  },
  'receivers.otlp.grpc.allowed_hosts': {
    kind: 'hosts',
    default: [],
    about: 'Names clients may call this listener by, besides loopback and its own address.',
  },
  'receivers.otlp.http.enabled': {
    kind: 'boolean',
    default: true,
    about: 'Receive OTLP over HTTP, protobuf and JSON.',
  },
  'receivers.otlp.http.endpoint': {
    kind: 'address',
    default: '127.0.0.1:4318',
    about: 'Address to listen on for OTLP/HTTP. Port 0 lets the system choose.',
  },
  'receivers.otlp.http.max_request_bytes': {
    kind: 'size',
    min: 1024,
    max: 1_073_741_824,
    default: '64MiB',
    about: 'Largest request accepted, after decompression as well.',
  },
  'receivers.otlp.http.allow_remote': {
    kind: 'boolean',
    default: false,
    about: 'Permit an address that other machines can reach.',
  },
  'receivers.otlp.http.allowed_hosts': {
    kind: 'hosts',
    default: [],
    about: 'Names clients may call this listener by, besides loopback and its own address.',
  },
  'api.endpoint': {
    kind: 'address',
    default: '127.0.0.1:4319',
    about: 'Address of the REST API. Port 0 lets the system choose.',
  },
  'api.allow_remote': {
    kind: 'boolean',
    default: false,
    about: 'Permit an address that other machines can reach.',
  },
  'api.allowed_hosts': {
    kind: 'hosts',
    default: [],
    about: 'Names clients may call the API by, besides loopback and its own address.',
  },
  'retention.max_age': {
    kind: 'duration',
    default: '7d',
    about: 'How long stored spans are kept.',
  },
  'retention.max_bytes': {
    kind: 'size',
    min: 1_048_576,
    default: '10GiB',
    about:
      'How much disk stored spans may take; the oldest go first. Damaged ones set aside take a quarter on top at most.',
  },
  'log.level': {
    kind: 'choice',
    choices: ['info', 'warn', 'error', 'silent'],
    default: 'info',
    about: 'The least severe message that is logged.',
  },
  'log.format': {
    kind: 'choice',
    choices: ['auto', 'json', 'pretty'],
    default: 'auto',
    about: 'json, pretty, or auto: pretty on a terminal and json elsewhere.',
  },
} as const;

export type ConfigKey = keyof typeof CONFIG_KEYS;

/** In the order of the table. */
export const CONFIG_KEY_NAMES: readonly ConfigKey[] = Object.keys(CONFIG_KEYS) as ConfigKey[];

/** host without brackets; port 0: chosen by the system. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** An http(s) URL taken apart. `url` has no slash at its end, no query and no credentials. */
export interface HttpUrl extends Address {
  readonly url: string;
  readonly secure: boolean;
  /** Empty, or begins with a slash and does not end with one. */
  readonly path: string;
}

/** What a value of each kind is once parsed. Sizes are bytes, durations milliseconds. */
export interface KindValues {
  readonly boolean: boolean;
  readonly ratio: number;
  readonly count: number;
  readonly size: number;
  readonly duration: number;
  readonly path: string;
  readonly address: Address;
  readonly url: HttpUrl;
  readonly headers: Readonly<Record<string, string>>;
  readonly hosts: readonly string[];
  readonly choice: string;
}

/** One row of the table, whichever it is. */
export interface ConfigKeyRow {
  readonly kind: keyof KindValues;
  readonly about: string;
  readonly default: unknown;
  readonly choices?: readonly string[];
  readonly min?: number;
  readonly max?: number;
}

type ValueOf<Row> =
  | (Row extends { kind: 'choice'; choices: readonly (infer Choice)[] }
      ? Choice
      : Row extends { kind: infer Kind extends keyof KindValues }
        ? KindValues[Kind]
        : never)
  | (Row extends { default: undefined } ? undefined : never);

/** The parsed value of every key. */
export type ConfigValues = {
  readonly [Key in ConfigKey]: ValueOf<(typeof CONFIG_KEYS)[Key]>;
};

export function configKeyRow(key: ConfigKey): ConfigKeyRow {
  return CONFIG_KEYS[key];
}

export function isConfigKey(name: string): name is ConfigKey {
  return Object.hasOwn(CONFIG_KEYS, name);
}

/** `instrument.persistence.enabled` → `SYNTON_INSTRUMENT__PERSISTENCE__ENABLED`. */
export function variableName(key: ConfigKey): string {
  return `SYNTON_${key.toUpperCase().replaceAll('.', '__')}`;
}
