/** The headline: what receiving costs at saturation over gRPC. */
import { alternate, type Bench } from '../bench.ts';
import { sendLoad } from '../load/load-client.ts';
import { COLLECTOR, grpcOrder, SDKS } from '../load/loads.ts';
import { measureLoad, pick } from '../measure/measure-load.ts';
import { resetPeakRss } from '../measure/proc.ts';
import type { Findings } from '../report/findings.ts';
import { bareSubject } from '../servers/others.ts';
import { opened } from '../servers/subject.ts';

const SHOWN = [
  ...(['spansPerCpuSecond', 'userShare', 'spansPerSecond', 'ackP50', 'ackP99'] as const),
  ...(['peakRss', 'loopP99', 'loopMax', 'diskBytesPerSpan', 'writeAmplification'] as const),
  ...(['sentBytesPerSpan', 'refusals'] as const),
];

export const bench: Bench = {
  about: 'gRPC at saturation, 512 and 10 spans a request',
  isInWhole: true,
  async run(context) {
    const subjects = [
      ...context.subjects.filter(({ takes }) => takes.includes('grpc')),
      bareSubject,
    ];
    for (const load of [COLLECTOR, SDKS]) {
      const spans =
        load === COLLECTOR ? context.spans(300_000, 1_000_000) : context.spans(100_000, 300_000);
      await alternate(context, load.name, subjects, (subject) =>
        opened(subject, async (open) => {
          // One that is not opened anew would show the peak of the rounds before.
          if (subject.name === 'against') resetPeakRss(open.pid);
          await sendLoad(grpcOrder(open, load, load.warmUpSpans * subject.share, context.seed()));
          return pick(
            await measureLoad(open, grpcOrder(open, load, spans * subject.share, context.seed())),
            SHOWN,
          );
        }),
      );
      noteRatios(context.findings, load.name);
    }
  },
};

function noteRatios(findings: Findings, load: string): void {
  const found = findings
    .all()
    .find((finding) => finding.load === load && finding.figure === 'spansPerCpuSecond');
  const { synton, ...others } = found?.subjects ?? {};
  for (const [name, other] of Object.entries(others)) {
    if (name === 'bare') continue;
    const times = (synton?.median ?? 0) / other.median;
    findings.note(
      `${load}: Synton, durable, does ${times.toFixed(2)} times the spans a CPU-second of the ${name === 'against' ? 'receiver beside it' : name}`,
    );
  }
}
