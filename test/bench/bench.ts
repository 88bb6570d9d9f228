/** What a bench is, and what it is given. Each file of `benches/` exports one as `bench`, named by its file. */
import type { Findings, Values } from './report/findings.ts';
import type { Subject } from './servers/subject.ts';
import type { OpenSynton, SyntonOptions } from './servers/synton.ts';

export interface Bench {
  /** One line for the table of benches. */
  readonly about: string;
  /** Part of a run without names; then its sizes are small. */
  readonly isInWhole: boolean;
  run(context: BenchContext): Promise<void>;
}

export interface BenchContext {
  readonly findings: Findings;
  /** Synton, the reference, and what `--against` names. */
  readonly subjects: readonly Subject[];
  readonly rounds: number;
  /** Whether this is the run of everything, whose sizes are small. */
  readonly isWhole: boolean;
  /** `--full`: the sizes that take long. */
  readonly isFull: boolean;
  /** `--asks`, else this many in the whole, or alone. */
  asks(inWhole: number, alone: number): number;
  /** `--spans`, else this many in the whole, or alone. */
  spans(inWhole: number, alone: number): number;
  /** The build under test. */
  readonly dist: string;
  openSynton(options?: Partial<SyntonOptions>): Promise<OpenSynton>;
  /** A new one with every call, and with every run. */
  seed(): number;
  /** Progress, on stderr. */
  say(text: string): void;
}

/** Rounds of all subjects in turns, so that what else the machine does falls on all of them. */
export function alternate(
  context: BenchContext,
  load: string,
  subjects: readonly Subject[],
  measure: (subject: Subject) => Promise<Values>,
): Promise<void> {
  return alternateAll(context, load, subjects, async (subject) => [[load, await measure(subject)]]);
}

/** Where one round tells of several loads. */
export async function alternateAll(
  context: BenchContext,
  what: string,
  subjects: readonly Subject[],
  measure: (subject: Subject) => Promise<readonly (readonly [load: string, Values])[]>,
): Promise<void> {
  for (let round = 1; round <= context.rounds; round++) {
    for (const subject of subjects) {
      const said = `${what}, ${subject.name}: round ${round} of ${context.rounds}`;
      const measured = await twice(context, said, () => measure(subject));
      for (const [load, values] of measured) context.findings.add(load, subject.name, values);
      context.say(said);
    }
  }
}

/** What goes wrong is said, and tried once more. */
export async function twice<T>(
  context: BenchContext,
  what: string,
  attempt: () => Promise<T>,
): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    context.say(`${what}: ${error}; once more`);
    return attempt();
  }
}
