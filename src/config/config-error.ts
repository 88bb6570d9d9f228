/**
 * What is wrong with a configuration: every problem at once, each with its place and its remedy.
 *
 * A problem is plain data; `describeProblem` makes one line of it. Given values are clipped and made
 * printable, and what may be secret (headers, credentials in a URL) is never repeated.
 */
import { SyntonError } from '../model/errors.ts';
import { printable } from '../telemetry/printable.ts';

/** Where a value came from. Lines and columns begin at 1 and are known where somebody asked for them. */
export type Origin =
  | { readonly source: 'flag'; readonly name: string }
  /** Of a program's own processor, as the program spells it. */
  | { readonly source: 'option'; readonly name: string }
  | { readonly source: 'variable'; readonly name: string }
  | {
      readonly source: 'file';
      readonly file: string;
      readonly line?: number;
      readonly column?: number;
    }
  | { readonly source: 'default' };

export interface ConfigProblem {
  readonly origin: Origin;
  /** As its source spells it: a dotted key, a flag or a variable; absent where no key is to blame. */
  readonly key?: string;
  /** What is wrong, and what was expected or what to do. */
  readonly message: string;
  readonly expected?: string;
  readonly given?: string;
  readonly nearest?: string;
}

/** @see ConfigError.problems; the message has one line a problem. */
export class ConfigError extends SyntonError {
  readonly code = 'InvalidConfig';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(describeProblem).join('\n'));
    this.problems = problems;
  }
}

/** One line: `config/synton.toml:3:1: instrument.sample_rate: expected …, got …`. */
export function describeProblem(problem: ConfigProblem): string {
  const { origin, key, message } = problem;
  if (origin.source !== 'file') {
    if (key === undefined) return message;
    const named = origin.source === 'default' || origin.name === key;
    return named ? `${key}: ${message}` : `${key} (${describeOrigin(origin)}): ${message}`;
  }
  const place = describeOrigin(origin) + (origin.column === undefined ? '' : `:${origin.column}`);
  return key === undefined ? `${place}: ${message}` : `${place}: ${key}: ${message}`;
}

/** `flag --x`, `option x`, `variable X`, `FILE:LINE` or `default`. */
export function describeOrigin(origin: Origin): string {
  switch (origin.source) {
    case 'flag':
      return `flag ${origin.name}`;
    case 'option':
      return `option ${origin.name}`;
    case 'variable':
      return `variable ${origin.name}`;
    case 'file':
      return origin.line === undefined
        ? printable(origin.file)
        : `${printable(origin.file)}:${origin.line}`;
    case 'default':
      return 'default';
  }
}

/** A given value as a problem may show it; `undefined` is "nothing". */
export function describeGiven(value: unknown): string {
  if (value === undefined) return 'nothing';
  let text: string;
  if (value instanceof Date) text = value.toISOString();
  else if (typeof value === 'object' && value !== null) {
    text = Array.isArray(value) ? `a list ${JSON.stringify(value)}` : 'a table';
  } else text = JSON.stringify(value) ?? String(value);
  return printable(text, 100).replace(/\/\/[^/@]*@/g, '//…@');
}
