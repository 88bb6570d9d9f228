import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/config.ts';
import { CONFIG_KEY_NAMES, CONFIG_KEYS } from '../../../src/config/config-keys.ts';
import { load } from './loading.ts';

const root = join(import.meta.dirname, '../../..');
const shipped = readFileSync(join(root, 'config/synton.toml'), 'utf8');
const isExport = (key: string) => key.startsWith('instrument.export.');

describe('config/synton.toml', () => {
  test('gives every key but those of forwarding, each with its default', () => {
    const { given, origins } = load({ file: shipped });
    for (const key of CONFIG_KEY_NAMES) {
      expect(given[key], key).toEqual(CONFIG_KEYS[key].default);
      expect(origins[key].source, key).toBe(isExport(key) ? 'default' : 'file');
    }
  });

  test('with the forwarding turned on it gives every key there is', () => {
    const file = shipped.replace(/# \[instrument\.export\][\s\S]*?headers = \{\}/, (commented) =>
      commented.replaceAll(/^# /gm, ''),
    );
    const { given, origins } = load({ file });
    expect(given['instrument.export.endpoint']).toBe('http://localhost:14317');
    for (const key of CONFIG_KEY_NAMES) {
      expect(origins[key].source, key).toBe('file');
      if (key !== 'instrument.export.endpoint') {
        expect(given[key], key).toEqual(CONFIG_KEYS[key].default);
      }
    }
  });
});

describe('config/examples', () => {
  const examples = readdirSync(join(root, 'config/examples'));
  test.each(examples)('%s is sound and changes something', (name) => {
    const { origins } = loadConfig({ cwd: root, env: {}, file: `config/examples/${name}` });
    expect(Object.values(origins).some(({ source }) => source === 'file')).toBe(true);
  });

  test('there are some', () => {
    expect(examples.length).toBeGreaterThan(0);
  });
});
