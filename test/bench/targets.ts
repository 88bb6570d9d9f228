/**
 * What each figure is to reach, by bench, load and figure. Targets are told as met or missed and fail
 * nothing: they are judged on quiet machines, by medians of runs that alternate.
 */
import type { FigureName } from './report/figures.ts';

export type Target = { readonly atLeast: number } | { readonly atMost: number };

type Targets = Readonly<
  Record<string, Readonly<Record<string, Readonly<Partial<Record<FigureName, Target>>>>>>
>;

const atLeast = (value: number): Target => ({ atLeast: value });
const atMost = (value: number): Target => ({ atMost: value });

/** A view of a trace of 100,000 spans. */
const BIG = { cpuMs: atMost(300) };

/** What a call may cost more, in ns, whatever is called. */
const callsAtMost = (nanos: number): Targets[string][string] => ({
  functionNanosOver: atMost(nanos),
  methodNanosOver: atMost(nanos),
  asyncNanosOver: atMost(nanos),
});

/** Something of the page that moves: 60 frames a second, and nobody waits. */
const FLUID = {
  frameP50: atMost(17),
  slowFrames: atMost(1),
  frameWork: atMost(8),
  longTasks: atMost(0),
};

/** Set for 10 million spans. */
const READS: Targets[string] = {
  'trace by id': { p99: atMost(5) },
  'service, operation, duration': { p99: atMost(50) },
  'a rare attribute value': { p99: atMost(50) },
  'statistics, everything': { p99: atMost(20) },
  'statistics, an hour': { p99: atMost(20) },
};

/** The same at every size. */
const GROWTH: Targets[string] = {
  ...READS,
  receiving: { spansPerCpuSecond: atLeast(400_000) },
  'the process': { rss: atMost(250), diskBytesPerSpan: atMost(60) },
};

const TARGETS: Targets = {
  ingest: {
    '512 a request': {
      spansPerCpuSecond: atLeast(400_000),
      peakRss: atMost(250),
      diskBytesPerSpan: atMost(60),
    },
    '10 a request': {
      spansPerCpuSecond: atLeast(100_000),
      peakRss: atMost(250),
      diskBytesPerSpan: atMost(60),
    },
  },
  steady: {
    '512 a request': { coreShare: atMost(6.5), rss: atMost(250), diskBytesPerSpan: atMost(60) },
    '10 a request': { coreShare: atMost(25), rss: atMost(250), diskBytesPerSpan: atMost(60) },
  },
  'half-load': {
    '512 a request': { ackP99: atMost(100) },
    '10 a request': { ackP99: atMost(100) },
  },
  sdk: {
    'Synton, memory only': {
      threadMicrosOver: atMost(3),
      processMicrosOver: atMost(3),
      onEndMicros: atMost(0.3),
      blockedOver5: atMost(0),
    },
    'Synton, persisted': {
      threadMicrosOver: atMost(3),
      processMicrosOver: atMost(3),
      onEndMicros: atMost(0.3),
      blockedOver5: atMost(0),
    },
    'a call, tier 2: nobody watches': callsAtMost(50),
    'a call, tier 2: hot, so counted': callsAtMost(50),
    'a call, tier 2: timed': callsAtMost(1_500),
    'a call, tier 2: timed, captured': callsAtMost(1_500),
    'a call, tier 2: a span': callsAtMost(3_000),
    'a call, tier 2: a span, captured': callsAtMost(3_000),
  },
  reads: { ...READS, 'receiving meanwhile': { loopMax: atMost(20) } },
  growth: Object.fromEntries(
    ['1 M', '10 M', '100 M'].flatMap((size) =>
      Object.entries(GROWTH).map(([load, figures]) => [`${size} spans: ${load}`, figures]),
    ),
  ),
  'big-trace': Object.fromEntries(
    [
      ...[
        'by id, the first look of all',
        'by id, first page',
        'by id, a page as long as it may be',
      ],
      ...['timeline, first page', 'timeline, a page in the middle', 'timeline, a sub-tree'],
      ...['timeline, collapsed', 'lifecycle', 'lifecycle, a sub-tree', 'text', 'diagram'],
    ].map((load) => [load, BIG]),
  ),
  page: Object.fromEntries(
    ['1 k', '10 k', '100 k'].flatMap((size) => [
      [`${size} spans: opening`, { openMs: atMost(1_000), expandMs: atMost(100) }],
      ...['scroll', 'leap', 'pan', 'zoom'].map(
        (move) => [`${size} spans: ${move}`, FLUID] as const,
      ),
      [`${size} spans: the page`, { heap: atMost(64) }],
    ]),
  ),
  start: {
    'empty store': { readyMs: atMost(300), rss: atMost(90), idleShare: atMost(0.1) },
    'filled store': { readyMs: atMost(300), rss: atMost(90), idleShare: atMost(0.1) },
    'filled store, after a kill': { readyMs: atMost(300) },
  },
};

export function targetOf(bench: string, load: string, figure: FigureName): Target | undefined {
  return TARGETS[bench]?.[load]?.[figure];
}

export function isMet(target: Target, value: number): boolean {
  return 'atLeast' in target ? value >= target.atLeast : value <= target.atMost;
}
