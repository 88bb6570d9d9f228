/** Code of a test as a module that was rewritten: its exports. */
import { setImmediate as turn } from 'node:timers/promises';
import { CALLS_KEY } from '../../../src/register/rewrite/inserted-text.ts';
import { rewriteModule } from '../../../src/register/rewrite/rewrite-module.ts';

export type Program = Record<string, (...args: unknown[]) => unknown>;

let loaded = 0;

/** @param given what the code knows beside `exports` and `turn` */
export function watchedProgram(
  source: string,
  given: Readonly<Record<string, unknown>> = {},
): Program {
  const path = `/app/module-${loaded++}.js`;
  const { code, functions } = rewriteModule(source, {
    path,
    format: 'commonjs',
    keepsErrors: true,
  })!;
  const calls = Reflect.get(Function, CALLS_KEY) as {
    module(path: string, known: unknown): unknown;
  };
  calls.module(path, functions);
  const exports: Program = {};
  const names = ['exports', 'turn', ...Object.keys(given)];
  new Function(...names, code)(exports, turn, ...Object.values(given));
  return exports;
}
