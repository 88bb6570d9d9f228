/** Which modules the plugin has watched, of all that Vite hands to it. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { watchFunctions } from '../../../../src/testing/vite.ts';

const plugin = watchFunctions();
const warnings: string[] = [];
const given = {
  getCombinedSourcemap: () => undefined,
  warn: (message: string) => void warnings.push(message),
};
const transformed = (id: string) =>
  plugin.transform.call(given, 'export function add() {}', id)?.code;

// Where vitest runs: what has no path would be looked for there.
beforeAll(() => {
  vi.spyOn(process, 'cwd').mockReturnValue('/app');
  plugin.configResolved({ root: '/app' });
});
afterAll(() => vi.restoreAllMocks());

test.each(['/app/src/shop.ts', '/app/src/shop.ts?v=1', '/app/Page.vue'])('%s is', (id) => {
  expect(transformed(id)).toMatch(/function add/);
  expect(transformed(id)).not.toBe('export function add() {}');
  expect(warnings).toEqual([]);
});

test.each([
  '\0@oxc-project+runtime@0.156.0/helpers/esm/decorate.js',
  'virtual:routes.js',
  '/app/style.css',
  '/app/node_modules/lib/index.js',
])('%j is not: no file of the project', (id) => {
  expect(transformed(id)).toBeUndefined();
});
