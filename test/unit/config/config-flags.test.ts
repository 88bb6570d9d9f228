import { expect, test } from 'vitest';
import { takeConfigFlags } from '../../../src/config/config-flags.ts';

test('takes the flags with a dot and leaves the rest in order', () => {
  const { flags, rest } = takeConfigFlags([
    'start',
    '--instrument.sample_rate=0.1',
    '--config',
    'my.toml',
    '--api.endpoint',
    '127.0.0.1:0',
    '--instrument.enabled',
    '--json',
    '--log.level=a=b',
  ]);
  expect([...flags]).toEqual([
    ['instrument.sample_rate', '0.1'],
    ['api.endpoint', '127.0.0.1:0'],
    ['instrument.enabled', 'true'],
    ['log.level', 'a=b'],
  ]);
  expect(rest).toEqual(['start', '--config', 'my.toml', '--json']);
});

test('a dot in another flag’s value makes no key of it', () => {
  expect(takeConfigFlags(['--config=my.toml']).rest).toEqual(['--config=my.toml']);
});

test('a boolean takes no argument, the last of two wins, and nothing is read after --', () => {
  const { flags, rest } = takeConfigFlags([
    '--instrument.enabled',
    'config',
    '--instrument.enabled=false',
    '--',
    '--log.level=info',
  ]);
  expect([...flags]).toEqual([['instrument.enabled', 'false']]);
  expect(rest).toEqual(['config', '--', '--log.level=info']);
});

test('a missing value and an unknown name are kept for the loader to report', () => {
  const { flags } = takeConfigFlags(['--log.levle', 'info', '--log.level']);
  expect([...flags]).toEqual([
    ['log.levle', undefined],
    ['log.level', undefined],
  ]);
});
