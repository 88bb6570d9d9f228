/** What a bench found: for each load, figure and subject the values of its rounds, in the order they came. */
import { type Summary, summaryOf } from '../measure/statistics.ts';
import type { SubjectName } from '../servers/subject.ts';
import { isMet, type Target, targetOf } from '../targets.ts';
import type { FigureName } from './figures.ts';

export type Values = Partial<Readonly<Record<FigureName, number | undefined>>>;

export interface Finding {
  readonly load: string;
  readonly figure: FigureName;
  readonly target: Target | undefined;
  /** Whether Synton's median meets the target; undefined without one of the two. */
  readonly isMet: boolean | undefined;
  readonly subjects: Partial<
    Readonly<Record<SubjectName, Summary & { readonly rounds: number[] }>>
  >;
}

export class Findings {
  readonly bench: string;
  readonly notes: string[] = [];
  readonly #rounds = new Map<string, Map<FigureName, Map<SubjectName, number[]>>>();

  constructor(bench: string) {
    this.bench = bench;
  }

  /** One round of one subject; what is undefined could not be measured and is left out. */
  add(load: string, subject: SubjectName, values: Values): void {
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) continue;
      const figure = name as FigureName;
      const figures = entry(
        this.#rounds,
        load,
        () => new Map<FigureName, Map<SubjectName, number[]>>(),
      );
      const subjects = entry(figures, figure, () => new Map<SubjectName, number[]>());
      entry(subjects, subject, (): number[] => []).push(value);
    }
  }

  /** What no figure says. */
  note(text: string): void {
    if (!this.notes.includes(text)) this.notes.push(text);
  }

  all(): readonly Finding[] {
    return [...this.#rounds].flatMap(([load, figures]) =>
      [...figures].map(([figure, subjects]) => {
        const target = targetOf(this.bench, load, figure);
        const summaries = [...subjects].map(
          ([subject, rounds]) => [subject, { ...summaryOf(rounds), rounds }] as const,
        );
        const own = summaries.find(([subject]) => subject === 'synton')?.[1];
        return {
          load,
          figure,
          target,
          isMet: target && own && isMet(target, own.median),
          subjects: Object.fromEntries(summaries),
        };
      }),
    );
  }
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
