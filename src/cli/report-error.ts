/**
 * What the command line says about an error: lines on standard error that a person can act on, no stack.
 *
 * Exit codes: 1 something failed, 2 the command line or the configuration is wrong.
 */
import { CommanderError } from 'commander';
import { ConfigError, describeProblem } from '../config/config-error.ts';
import { printable } from '../telemetry/printable.ts';

/** @returns the exit code */
export function reportError(error: unknown): 0 | 1 | 2 {
  // Commander has said it already; help and version are no errors at all.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof ConfigError) {
    const lines = error.problems.map((problem) => `  ${printable(describeProblem(problem))}\n`);
    process.stderr.write(`synton: the configuration cannot be used:\n${lines.join('')}`);
    return 2;
  }
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`synton: ${printable(message)}\n`);
  return 1;
}
