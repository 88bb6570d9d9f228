/**
 * Reads the three sources of a configuration into one shape: a value, its key, where it came from.
 *
 * Knows names, not meanings: an unknown name is a problem with the nearest known one beside it, a value is
 * checked elsewhere. A file is at most 1 MiB. Empty variables count as unset.
 */
import { readFileSync } from 'node:fs';
import { parse, TomlError } from 'smol-toml';
import { printable } from '../telemetry/printable.ts';
import { type ConfigProblem, describeGiven, type Origin } from './config-error.ts';
import {
  CONFIG_KEY_NAMES,
  type ConfigKey,
  configKeyRow,
  isConfigKey,
  variableName,
} from './config-keys.ts';
import { nearestName } from './nearest-name.ts';
import { valueFromText } from './value-kinds.ts';

const FILE_BYTES_MAX = 1_048_576;

/** A value as TOML would have given it. */
export interface GivenValue {
  readonly key: ConfigKey;
  readonly value: unknown;
  readonly origin: Origin;
}

export interface GivenValues {
  readonly values: readonly GivenValue[];
  readonly problems: readonly ConfigProblem[];
}

/** A file's values; `text` is kept so that lines can be found when somebody wants them. */
export interface GivenFile extends GivenValues {
  readonly text: string;
}

/** @param flags names without dashes; undefined where a flag that needs a value had none */
export function valuesFromFlags(flags: ReadonlyMap<string, string | undefined>): GivenValues {
  const values: GivenValue[] = [];
  const problems: ConfigProblem[] = [];
  for (const [name, text] of flags) {
    const origin: Origin = { source: 'flag', name: `--${name}` };
    if (isConfigKey(name)) {
      const value = text === undefined ? undefined : valueFromText(configKeyRow(name), text);
      values.push({ key: name, value, origin });
    } else {
      problems.push(unknownName(origin, `--${name}`, 'flag', nearestName(name, CONFIG_KEY_NAMES)));
    }
  }
  return { values, problems };
}

const VARIABLES: ReadonlyMap<string, ConfigKey> = new Map(
  CONFIG_KEY_NAMES.map((key) => [variableName(key), key]),
);

/** Kubernetes and container links put these into every neighbour of a service that is named synton. */
const SERVICE_LINK =
  /^SYNTON(?:_[A-Z0-9]+)*_(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9_]+)?|PORT(?:_\d+_(?:TCP|UDP)(?:_(?:ADDR|PORT|PROTO))?)?)$/;

/** Read by others: by whoever looks for the file, by the instrumentation (src/register/settings.ts) and by processors. */
const NO_KEYS: ReadonlySet<string> = new Set(
  'CONFIG ENDPOINT TIER INCLUDE EXCLUDE SLOW_MS FIRST_CALLS HOT_CALLS CACHE CAPTURE INSTRUMENTATIONS OPEN_SPANS'
    .split(' ')
    .map((name) => `SYNTON_${name}`),
);

export function valuesFromVariables(
  env: Readonly<Record<string, string | undefined>>,
): GivenValues {
  const values: GivenValue[] = [];
  const problems: ConfigProblem[] = [];
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith('SYNTON_') || NO_KEYS.has(name) || !text) continue;
    const origin: Origin = { source: 'variable', name };
    const key = VARIABLES.get(name);
    if (key !== undefined) {
      values.push({ key, value: valueFromText(configKeyRow(key), text), origin });
    } else if (!SERVICE_LINK.test(name)) {
      problems.push(unknownName(origin, name, 'variable', nearestName(name, VARIABLES.keys())));
    }
  }
  return { values, problems };
}

/** @param file the path to read @param shownAs the path to name in problems */
export function valuesFromFile(file: string, shownAs: string): GivenFile {
  const origin: Origin = { source: 'file', file: shownAs };
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === 'ENOENT'
        ? 'there is no such file'
        : `${(error as Error).message}`;
    return {
      text,
      values: [],
      problems: [{ origin, message: `cannot be read: ${printable(reason)}` }],
    };
  }
  if (text.length > FILE_BYTES_MAX) {
    return { text: '', values: [], problems: [{ origin, message: 'is larger than 1 MiB' }] };
  }
  try {
    return { text, ...valuesOfTable(parse(text), '', origin) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [first] = error.message.split('\n');
    return {
      text,
      values: [],
      problems: [
        {
          origin: { ...origin, line: error.line, column: error.column },
          message: printable(first!.replace('Invalid TOML document: ', 'not valid TOML: ')),
        },
      ],
    };
  }
}

const TABLES: ReadonlySet<string> = new Set(
  CONFIG_KEY_NAMES.flatMap((key) => {
    const parts = key.split('.').slice(0, -1);
    return parts.map((_, i) => parts.slice(0, i + 1).join('.'));
  }),
);

function valuesOfTable(table: object, prefix: string, origin: Origin): GivenValues {
  const values: GivenValue[] = [];
  const problems: ConfigProblem[] = [];
  for (const [part, value] of Object.entries(table)) {
    const name = prefix + part;
    const isTable = typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date);
    if (isConfigKey(name)) {
      values.push({ key: name, value, origin });
    } else if (TABLES.has(name) && isTable) {
      const inner = valuesOfTable(value, `${name}.`, origin);
      values.push(...inner.values);
      problems.push(...inner.problems);
    } else if (TABLES.has(name)) {
      problems.push({
        origin,
        key: name,
        expected: 'a table',
        given: describeGiven(value),
        message: `expected a table, [${name}], got ${describeGiven(value)}`,
      });
    } else {
      const known = isTable ? TABLES : CONFIG_KEY_NAMES;
      problems.push(unknownName(origin, name, isTable ? 'table' : 'key', nearestName(name, known)));
    }
  }
  return { values, problems };
}

function unknownName(
  origin: Origin,
  name: string,
  what: 'flag' | 'variable' | 'table' | 'key',
  nearestKnown: string | undefined,
): ConfigProblem {
  const nearest =
    what === 'flag' && nearestKnown !== undefined ? `--${nearestKnown}` : nearestKnown;
  const remedy =
    nearest === undefined ? '`synton config` lists all there are' : `did you mean ${nearest}?`;
  return {
    origin,
    key: printable(name, 100),
    expected: `a known ${what}`,
    message: `there is no such ${what}; ${remedy}`,
    ...(nearest === undefined ? {} : { nearest }),
  };
}
