import { expect, test } from 'vitest';
import { Findings } from '../../bench/report/findings.ts';
import { plotSvg } from '../../bench/report/growth-plot.ts';
import { tableOf } from '../../bench/report/table.ts';

test('a figure stands beside its target and the reference, as the median of its rounds with its range', () => {
  const findings = new Findings('ingest');
  for (const [own, other] of [
    [410_000, 80_000],
    [390_000, 90_000],
    [450_000, 70_000],
  ] as const) {
    findings.add('512 a request', 'synton', { spansPerCpuSecond: own, peakRss: 300 });
    findings.add('512 a request', 'reference', { spansPerCpuSecond: other, loopMax: undefined });
  }
  const [speed, memory, ...rest] = findings.all();
  expect(rest).toEqual([]);
  expect(speed).toMatchObject({
    figure: 'spansPerCpuSecond',
    target: { atLeast: 400_000 },
    isMet: true,
    subjects: { synton: { median: 410_000, rounds: [410_000, 390_000, 450_000] } },
  });
  expect(memory).toMatchObject({ figure: 'peakRss', target: { atMost: 250 }, isMet: false });
  const rows = tableOf(findings).split('\n');
  expect(rows[2]!.split('|').map((cell) => cell.trim())).toEqual([
    ...['', '512 a request', 'k spans per CPU-second', '≥ 400', 'met', '410 [390–450]'],
    ...['80 [70–90]', ''],
  ]);
  expect(rows[3]!.split('|').map((cell) => cell.trim())).toEqual([
    ...['', '', 'peak RSS MiB', '≤ 250', 'missed', '300', '', ''],
  ]);
});

test('notes come once, below the table', () => {
  const findings = new Findings('none');
  findings.add('a load', 'synton', { p50: 1 });
  findings.note('once');
  findings.note('once');
  expect(tableOf(findings).endsWith('|\n\n- once\n')).toBe(true);
});

test('a plot draws higher values higher, and its target', () => {
  const svg = plotSvg(['1 M', '10 M'], [{ title: 'ms', values: [10, 20], target: 40 }]);
  const [low, high] = [...svg.matchAll(/cy="([\d.]+)"/g)].map(([, y]) => Number(y));
  const target = Number(/class="target" x1="\d+" y1="([\d.]+)"/.exec(svg)![1]);
  expect(low).toBeGreaterThan(high!);
  expect(high).toBeGreaterThan(target);
});
