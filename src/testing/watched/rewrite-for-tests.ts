/** Rewrites a module that a test runner evaluates itself, in another process perhaps. */
import { composedMap, type InputMap } from '../../register/rewrite/module-map.ts';
import {
  type RewriteOptions,
  type RewrittenText,
  rewriteApart,
} from '../../register/rewrite/rewrite-module.ts';

export interface TestedText {
  readonly code: string;
  readonly map: string;
}

interface TestedModule extends Omit<RewriteOptions, 'format'> {
  /** Asked once: the map of what was done to the text before. */
  readonly input: () => InputMap | undefined;
}

/** Of an ES module, with the map of this step alone. Undefined where it stays as it is. */
export function rewriteForVite(
  code: string,
  { input, ...options }: TestedModule,
): TestedText | undefined {
  const made = rewriteApart(code, { ...options, keepsErrors: true, format: 'module' }, input);
  return made && { code: made.code, map: made.map.toString() };
}

/** Of either form, with the map of this step and those before. Undefined where it stays as it is. */
export function rewriteForJest(
  code: string,
  { input, onProblem, ...options }: TestedModule,
): TestedText | undefined {
  let problem: string | undefined;
  const attempt = (format: RewriteOptions['format']): RewrittenText | undefined => {
    problem = undefined;
    const say = (reason: string): void => {
      problem = reason;
    };
    return rewriteApart(code, { ...options, keepsErrors: true, format, onProblem: say }, input);
  };
  let made = attempt('commonjs');
  if (problem !== undefined) made = attempt('module');
  if (problem !== undefined) onProblem?.(problem);
  if (made === undefined) return undefined;
  const before = input();
  const map = before === undefined ? made.map : composedMap(made.map, before);
  return { code: made.code, map: map.toString() };
}
