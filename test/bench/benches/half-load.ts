/** How soon answers come at half the rate that the same process reached at saturation. */
import { alternate, type Bench } from '../bench.ts';
import { sendLoad } from '../load/load-client.ts';
import { atRate, COLLECTOR, grpcOrder, SDKS } from '../load/loads.ts';
import { measureLoad, pick } from '../measure/measure-load.ts';
import { opened } from '../servers/subject.ts';

const SECONDS_IN_WHOLE = 1.5;
const SECONDS_ALONE = 10;
const SHOWN = ['ackP50', 'ackP99', 'loopP99', 'loopMax', 'lateP99', 'coreShare'] as const;

export const bench: Bench = {
  about: 'acknowledgements at half the saturation rate',
  isInWhole: true,
  async run(context) {
    const subjects = context.subjects.filter(({ takes }) => takes.includes('grpc'));
    const seconds = context.isWhole ? SECONDS_IN_WHOLE : SECONDS_ALONE;
    for (const load of [COLLECTOR, SDKS]) {
      const spans =
        load === COLLECTOR ? context.spans(75_000, 600_000) : context.spans(20_000, 150_000);
      await alternate(context, load.name, subjects, (subject) =>
        opened(subject, async (open) => {
          await sendLoad(grpcOrder(open, load, load.warmUpSpans * subject.share, context.seed()));
          const full = await sendLoad(grpcOrder(open, load, spans * subject.share, context.seed()));
          const half = full.spans / full.seconds / 2;
          const order = atRate(grpcOrder(open, load, 0, context.seed()), half, seconds);
          return {
            spansPerSecond: half,
            ...pick(await measureLoad(open, order), SHOWN),
          };
        }),
      );
    }
  },
};
