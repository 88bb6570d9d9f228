/**
 * Tells the options of a processor apart: those that are keys of the configuration, with their values, and
 * the few of its own. Checks names, and values of its own; others are checked with the configuration.
 */
import type { ConfigProblem } from '../config/config-error.ts';
import type { ConfigKey } from '../config/config-keys.ts';
import type { GivenValue } from '../config/given-values.ts';
import { nearestName } from '../config/nearest-name.ts';
import type { SpanExporterLike } from '../exporters/otlp/span-exporter-destination.ts';
import type { ProcessorOptions } from './processor-options.ts';

/** Options that are no keys of the configuration. */
export interface OwnOptions {
  readonly configFile?: string;
  readonly exporter?: SpanExporterLike | 'otel';
  readonly maxEndedSpans?: number;
  readonly maxRunningSpans?: number;
  readonly openSpans?: boolean;
}

export interface GivenOptions {
  readonly own: OwnOptions;
  readonly values: readonly GivenValue[];
  readonly problems: readonly ConfigProblem[];
}

const KEYS: Readonly<Record<string, ConfigKey>> = {
  enabled: 'instrument.enabled',
  path: 'instrument.trace_path',
  sampleRate: 'instrument.sample_rate',
  maxSpansInMemory: 'instrument.max_spans_in_memory',
  maxBytesInMemory: 'instrument.max_bytes_in_memory',
  'persistence.enabled': 'instrument.persistence.enabled',
  'persistence.path': 'instrument.persistence.path',
  'persistence.format': 'instrument.persistence.format',
  'export.endpoint': 'instrument.export.endpoint',
  'export.format': 'instrument.export.format',
  'export.headers': 'instrument.export.headers',
  'export.compression': 'instrument.export.compression',
  'export.start': 'instrument.export.start',
  'retention.maxAge': 'retention.max_age',
  'retention.maxBytes': 'retention.max_bytes',
};
const GROUPS: ReadonlySet<string> = new Set(['persistence', 'export', 'retention']);

const SPANS_MAX = 1_000_000;
const isCount = (value: unknown): boolean =>
  Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= SPANS_MAX;
const COUNT = `a whole number from 1 to ${SPANS_MAX}`;

const OWN: Readonly<Record<keyof OwnOptions, readonly [(value: unknown) => boolean, string]>> = {
  configFile: [(value) => typeof value === 'string' && value !== '', 'the path of a file'],
  exporter: [isExporter, "a SpanExporter (an object with export and shutdown), or 'otel'"],
  maxEndedSpans: [isCount, COUNT],
  maxRunningSpans: [isCount, COUNT],
  openSpans: [(value) => typeof value === 'boolean', 'true or false'],
};

const NAMES: readonly string[] = [...Object.keys(KEYS), ...Object.keys(OWN)];

/** An option that is undefined counts as not given. */
export function givenOptions(options: ProcessorOptions): GivenOptions {
  const own: Record<string, unknown> = {};
  const values: GivenValue[] = [];
  const problems: ConfigProblem[] = [];
  for (const [name, value] of flatten(options)) {
    const origin = { source: 'option', name } as const;
    const key = Object.hasOwn(KEYS, name) ? KEYS[name] : undefined;
    if (key !== undefined) values.push({ key, value, origin });
    else if (!Object.hasOwn(OWN, name)) {
      const nearest = nearestName(name, NAMES);
      const remedy = nearest === undefined ? '' : `; did you mean ${nearest}?`;
      problems.push({ origin, key: name, message: `there is no such option${remedy}` });
    } else {
      const [isSound, expected] = OWN[name as keyof OwnOptions];
      if (isSound(value)) own[name] = value;
      else problems.push({ origin, key: name, expected, message: `expected ${expected}` });
    }
  }
  return { own, values, problems };
}

/** Names and values, those of a group under its name and a dot. */
function* flatten(options: object): Iterable<readonly [string, unknown]> {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (!GROUPS.has(name) || typeof value !== 'object' || value === null) {
      yield [name, value];
      continue;
    }
    for (const [inner, innerValue] of Object.entries(value)) {
      if (innerValue !== undefined) yield [`${name}.${inner}`, innerValue];
    }
  }
}

function isExporter(value: unknown): boolean {
  if (value === 'otel') return true;
  const { export: send, shutdown } = (value ?? {}) as Partial<SpanExporterLike>;
  return typeof send === 'function' && typeof shutdown === 'function';
}
