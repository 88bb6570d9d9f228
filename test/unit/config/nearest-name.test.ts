import { expect, test } from 'vitest';
import { nearestName } from '../../../src/config/nearest-name.ts';

const known = ['instrument.enabled', 'instrument.sample_rate', 'api.endpoint', 'from'];

test.each([
  ['instrument.sample_rat', 'instrument.sample_rate'],
  ['instrument.samplerate', 'instrument.sample_rate'],
  ['instrumnet.enabled', 'instrument.enabled'],
  ['api.endpiont', 'api.endpoint'],
  ['entirely.different', undefined],
  ['instrument.sampel', undefined],
  ['foo', undefined],
  ['x'.repeat(10_000), undefined],
])('%s → %s', (given, nearest) => {
  expect(nearestName(given, known)).toBe(nearest);
});
