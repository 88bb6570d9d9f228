/** Every kind of figure that benches record: what it is called, in which unit, and how it is written. */
export interface FigureKind {
  readonly title: string;
  readonly digits: number;
  /** What is recorded is divided by this before it is shown. @default 1 */
  readonly per?: number;
}

export const FIGURES = {
  spansPerCpuSecond: { title: 'k spans per CPU-second', digits: 0, per: 1_000 },
  spansPerSecond: { title: 'k spans a second, wall clock', digits: 0, per: 1_000 },
  userShare: { title: '% of CPU outside the kernel', digits: 0 },
  coreShare: { title: '% of a core', digits: 1 },
  ackP50: { title: 'ack p50 ms', digits: 1 },
  ackP99: { title: 'ack p99 ms', digits: 1 },
  lateP99: { title: 'generator late p99 ms', digits: 1 },
  rss: { title: 'RSS MiB', digits: 0 },
  anonymous: { title: 'RSS MiB, mapped files apart', digits: 0 },
  peakRss: { title: 'peak RSS MiB', digits: 0 },
  loopP99: { title: 'event loop late p99 ms', digits: 1 },
  loopMax: { title: 'event loop late max ms', digits: 1 },
  diskBytesPerSpan: { title: 'B a span on disk', digits: 1 },
  sentBytesPerSpan: { title: 'B a span as sent', digits: 0 },
  writeAmplification: { title: 'bytes written per byte received', digits: 2 },
  refusals: { title: 'refusals', digits: 0 },
  p50: { title: 'p50 ms', digits: 2 },
  p99: { title: 'p99 ms', digits: 2 },
  blocksPerMatch: { title: 'blocks read per match', digits: 1 },
  matches: { title: 'matches an answer', digits: 1 },
  examinedShare: { title: '% of the store examined', digits: 0 },
  pages: { title: 'pages to the end', digits: 0 },
  toTheEnd: { title: 'ms to the end', digits: 0 },
  cpuMs: { title: 'CPU ms', digits: 0 },
  wallMs: { title: 'wall ms', digits: 0 },
  answerKiB: { title: 'answer KiB', digits: 0 },
  readyMs: { title: 'exec to ready ms', digits: 0 },
  idleShare: { title: 'idle: % of a core', digits: 3 },
  threadMicros: { title: "µs a span, program's thread", digits: 2 },
  processMicros: { title: 'µs a span, whole process', digits: 2 },
  threadMicrosOver: { title: "µs a span over the bare SDK, program's thread", digits: 2 },
  processMicrosOver: { title: 'µs a span over the bare SDK, whole process', digits: 2 },
  onStartMicros: { title: 'µs inside onStart', digits: 3 },
  onEndMicros: { title: 'µs inside onEnd', digits: 3 },
  blockedMax: { title: 'longest block ms', digits: 1 },
  blockedOver5: { title: 'blocks over 5 ms', digits: 0 },
  lostSpans: { title: 'spans lost', digits: 0 },
  openMs: { title: 'ms from navigation to the first picture', digits: 0 },
  expandMs: { title: 'ms to show every row', digits: 0 },
  frameP50: { title: 'ms between frames, p50', digits: 1 },
  frameP99: { title: 'ms between frames, p99', digits: 1 },
  slowFrames: { title: '% of frames later than 25 ms', digits: 1 },
  frameWork: { title: "ms of the page's thread a frame", digits: 2 },
  longTasks: { title: 'tasks over 50 ms', digits: 0 },
  longestTask: { title: 'longest of them, ms', digits: 0 },
  heap: { title: 'heap MiB, arrays and all', digits: 1 },
} as const satisfies Record<string, FigureKind>;

export type FigureName = keyof typeof FIGURES;
