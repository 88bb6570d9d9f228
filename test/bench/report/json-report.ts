/** A run as one JSON object: on what machine, with which arguments, and every round of every figure. */
import { cpus, release, totalmem } from 'node:os';
import { FIGURES } from './figures.ts';
import type { Findings } from './findings.ts';

export interface BenchResult {
  readonly name: string;
  readonly seconds: number;
  readonly findings: Findings;
  /** What ended it early. */
  readonly error: string | undefined;
}

export function jsonReport(results: readonly BenchResult[], args: readonly string[]): string {
  const processors = cpus();
  const report = {
    date: new Date().toISOString(),
    machine: {
      processors: processors.length,
      model: processors[0]?.model,
      memoryMiB: Math.round(totalmem() / 1024 / 1024),
      kernel: release(),
    },
    node: process.version,
    args,
    benches: results.map(({ name, seconds, findings, error }) => ({
      name,
      seconds,
      ...(error !== undefined && { error }),
      notes: findings.notes,
      figures: findings.all().map((finding) => ({
        ...finding,
        title: FIGURES[finding.figure].title,
      })),
    })),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}
