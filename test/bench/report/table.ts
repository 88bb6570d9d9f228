/** Findings as a table that reads as text and as Markdown alike. */
import type { Summary } from '../measure/statistics.ts';
import type { SubjectName } from '../servers/subject.ts';
import type { Target } from '../targets.ts';
import { FIGURES, type FigureKind } from './figures.ts';
import type { Finding, Findings } from './findings.ts';

const OTHERS: readonly SubjectName[] = ['reference', 'bare', 'against'];

export function tableOf(findings: Findings): string {
  const all = findings.all();
  const others = OTHERS.filter((name) => all.some(({ subjects }) => subjects[name] !== undefined));
  const rows = [
    ['load', 'figure', 'target', '', 'Synton', ...others],
    ...all.map((finding, at) => row(finding, others, all[at - 1]?.load)),
  ];
  const widths = rows[0]!.map((_, column) =>
    Math.max(3, ...rows.map((cells) => cells[column]!.length)),
  );
  const lines = rows.map((cells) =>
    line(cells.map((cell, column) => cell.padEnd(widths[column]!))),
  );
  lines.splice(1, 0, line(widths.map((width) => '-'.repeat(width))));
  const notes = findings.notes.map((note) => `- ${note}\n`);
  return `${lines.join('')}${notes.length > 0 ? '\n' : ''}${notes.join('')}`;
}

const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;

function row(
  finding: Finding,
  others: readonly SubjectName[],
  loadBefore: string | undefined,
): string[] {
  const { load, figure, target, subjects } = finding;
  const kind: FigureKind = FIGURES[figure];
  const cell = (name: SubjectName) => {
    const summary = subjects[name];
    return summary === undefined ? '' : spread(summary, kind);
  };
  return [
    load === loadBefore ? '' : load,
    kind.title,
    target === undefined ? '' : targetText(target, kind),
    finding.isMet === undefined ? '' : finding.isMet ? 'met' : 'missed',
    cell('synton'),
    ...others.map(cell),
  ];
}

function targetText(target: Target, kind: FigureKind): string {
  const [sign, value] = 'atLeast' in target ? ['≥', target.atLeast] : ['≤', target.atMost];
  return `${sign} ${value / (kind.per ?? 1)}`;
}

/** The median, and where there were several rounds their range. */
function spread({ median, low, high }: Summary, kind: FigureKind): string {
  const text = (value: number) => (value / (kind.per ?? 1)).toFixed(kind.digits);
  return low === high ? text(median) : `${text(median)} [${text(low)}–${text(high)}]`;
}
