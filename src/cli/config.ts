/**
 * `synton config`: the configuration that holds, with the origin of each value.
 *
 * Printed as TOML that could be saved and loaded again, except that the values of headers are hidden:
 * they are often credentials, and this output ends up in reports of problems.
 */
import { type LoadedConfig, loadConfig } from '../config/config.ts';
import { describeOrigin } from '../config/config-error.ts';
import { CONFIG_KEY_NAMES, type ConfigKey } from '../config/config-keys.ts';
import { printable } from '../telemetry/printable.ts';
import type { CommandInput } from './command-input.ts';

export function printConfig(input: CommandInput & { readonly json: boolean }): void {
  const loaded = loadConfig({ ...input, lines: true });
  process.stdout.write(input.json ? configAsJson(loaded) : configAsToml(loaded));
}

function configAsJson(loaded: LoadedConfig): string {
  const values = CONFIG_KEY_NAMES.map((key) => [
    key,
    { value: shown(key, loaded.given[key]) ?? null, origin: loaded.origins[key] },
  ]);
  const file = loaded.file ?? null;
  return `${JSON.stringify({ file, values: Object.fromEntries(values) }, undefined, 2)}\n`;
}

function configAsToml(loaded: LoadedConfig): string {
  const { persistence } = loaded.config.instrument;
  const lines = [
    `# File: ${loaded.file === undefined ? 'none' : printable(loaded.file)}`,
    persistence.enabled
      ? `# Spans are kept in ${printable(persistence.path)}`
      : '# Spans are kept in memory only',
  ];
  let table = '';
  for (const key of CONFIG_KEY_NAMES) {
    const dot = key.lastIndexOf('.');
    if (key.slice(0, dot) !== table) {
      table = key.slice(0, dot);
      lines.push('', `[${table}]`);
    }
    const value = shown(key, loaded.given[key]);
    const setting = `${key.slice(dot + 1)} = ${value === undefined ? '' : asToml(value)}`;
    const line = value === undefined ? `# ${setting.trimEnd()} (unset)` : setting;
    lines.push(`${line.padEnd(40)} # ${describeOrigin(loaded.origins[key])}`);
  }
  return `${lines.join('\n')}\n`;
}

function shown(key: ConfigKey, value: unknown): unknown {
  if (key !== 'instrument.export.headers') return value;
  return Object.fromEntries(Object.keys(value as object).map((name) => [name, '(hidden)']));
}

/** Checked values only: text, numbers, booleans, lists and one level of tables. */
function asToml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(asToml).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const pairs = Object.entries(value).map(([name, item]) => `${asToml(name)} = ${asToml(item)}`);
    return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
  }
  return typeof value === 'string' ? JSON.stringify(printable(value)) : String(value);
}
