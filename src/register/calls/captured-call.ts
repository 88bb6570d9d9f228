/**
 * What is kept of a call beside that it was: its arguments as they were when it began, what it returned, what its
 * error has of its own. A line of JSON each, bounded and without secrets (tracing/capture.ts); nothing of the program runs.
 */
import { types } from 'node:util';
import { capturedByName, TEXT_MAX } from '../../tracing/capture.ts';

/** The last of the names where what has no name of its own is handed over too. */
export const ARGUMENTS = 'arguments';
/** More than are kept of a list. */
const MORE_MAX = 17;

/** Text where something in them can change, or is large; else what it can be made of when the call is a span. */
export type KeptArguments = string | readonly unknown[];

/** Undefined where nothing can be kept. @param values of the parameters, in the order of `names` */
export function keptArguments(
  names: readonly string[],
  values: readonly unknown[],
): KeptArguments | undefined {
  const given = names.at(-1) === ARGUMENTS ? withoutNamed(names, values) : values;
  return given.every(isFixed) ? given : capturedByName(names, given);
}

export function argumentsText(names: readonly string[], kept: KeptArguments): string | undefined {
  return typeof kept === 'string' ? kept : capturedByName(names, kept);
}

/** Of `arguments`, what no parameter stands for: those have names that may be those of secrets. */
function withoutNamed(names: readonly string[], values: readonly unknown[]): readonly unknown[] {
  const all = values.at(-1);
  // A parameter may be named so.
  if (!types.isArgumentsObject(all)) return values;
  const named = values.slice(0, -1);
  const more: unknown[] = [];
  for (let index = names.length - 1; index < names.length - 1 + MORE_MAX; index++) {
    const descriptor = Object.getOwnPropertyDescriptor(all, index);
    if (descriptor === undefined) break;
    more.push(descriptor.value);
  }
  return more.length === 0 ? named : [...named, more];
}

function isFixed(value: unknown): boolean {
  const type = typeof value;
  if (type === 'string') return (value as string).length <= TEXT_MAX;
  return value === null || (type !== 'object' && type !== 'function');
}
