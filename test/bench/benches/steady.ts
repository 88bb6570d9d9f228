/** What a steady 10,000 spans a second cost, in an open loop. */
import { alternate, type Bench } from '../bench.ts';
import { sendLoad } from '../load/load-client.ts';
import { atRate, COLLECTOR, grpcOrder, SDKS } from '../load/loads.ts';
import { measureLoad, pick } from '../measure/measure-load.ts';
import { bareSubject } from '../servers/others.ts';
import { opened } from '../servers/subject.ts';

const SPANS_PER_SECOND = 10_000;
const SHOWN = [
  ...(['coreShare', 'rss', 'diskBytesPerSpan', 'writeAmplification', 'ackP50', 'ackP99'] as const),
  ...(['loopP99', 'loopMax', 'lateP99', 'refusals'] as const),
];

export const bench: Bench = {
  about: 'a steady 10,000 spans a second, 512 and 10 a request',
  isInWhole: true,
  async run(context) {
    const subjects = [
      ...context.subjects.filter(({ takes }) => takes.includes('grpc')),
      bareSubject,
    ];
    const seconds = context.spans(20_000, 200_000) / SPANS_PER_SECOND;
    for (const load of [COLLECTOR, SDKS])
      await alternate(context, load.name, subjects, (subject) =>
        opened(subject, async (open) => {
          const order = (spans: number) => grpcOrder(open, load, spans, context.seed());
          await sendLoad(order(load.warmUpSpans * subject.share));
          const steady = atRate(order(0), SPANS_PER_SECOND, seconds);
          return pick(await measureLoad(open, steady), SHOWN);
        }),
      );
  },
};
