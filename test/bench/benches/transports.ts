/** The same spans by every transport: gRPC and HTTP, protobuf and JSON, compressed and not. */
import { alternateAll, type Bench, type BenchContext } from '../bench.ts';
import type { Form } from '../load/bench-requests.ts';
import { sendLoad } from '../load/load-client.ts';
import type { LoadOrder } from '../load/load-order.ts';
import { COLLECTOR, grpcOrder, type Load, SDKS } from '../load/loads.ts';
import { measureLoad, pick } from '../measure/measure-load.ts';
import type { Values } from '../report/findings.ts';
import { type OpenSubject, opened, type Subject } from '../servers/subject.ts';

interface Transport {
  readonly name: string;
  readonly protocol: 'grpc' | 'http';
  readonly form: Form;
  readonly gzip: boolean;
}

const TRANSPORTS: readonly Transport[] = [
  { name: 'gRPC', protocol: 'grpc', form: 'protobuf', gzip: false },
  { name: 'gRPC, gzip', protocol: 'grpc', form: 'protobuf', gzip: true },
  { name: 'HTTP/protobuf', protocol: 'http', form: 'protobuf', gzip: false },
  { name: 'HTTP/protobuf, gzip', protocol: 'http', form: 'protobuf', gzip: true },
  { name: 'HTTP/JSON', protocol: 'http', form: 'json', gzip: false },
  { name: 'HTTP/JSON, gzip', protocol: 'http', form: 'json', gzip: true },
];
/** After the first, only what a transport has of its own is new to the process. */
const WARM_UP_SHARE = 0.4;
/** A run of everything measures these, each at one size of request. */
const IN_WHOLE: Readonly<Record<string, readonly string[]>> = {
  [COLLECTOR.name]: ['gRPC, gzip', 'HTTP/protobuf', 'HTTP/JSON'],
  [SDKS.name]: ['HTTP/protobuf'],
};
const SHOWN = ['spansPerCpuSecond', 'userShare', 'ackP99', 'refusals'] as const;

export const bench: Bench = {
  about: 'gRPC and HTTP, protobuf and JSON, gzip and not',
  isInWhole: true,
  async run(context) {
    for (const load of [COLLECTOR, SDKS])
      await alternateAll(context, load.name, context.subjects, (subject) =>
        opened(subject, (open) => allTransports(context, load, subject, open)),
      );
  },
};

/** One process after the other way of sending to it: starting anew for each would measure compiling. */
async function allTransports(
  context: BenchContext,
  load: Load,
  subject: Subject,
  open: OpenSubject,
): Promise<readonly (readonly [string, Values])[]> {
  const all = load === COLLECTOR ? context.spans(40_000, 300_000) : context.spans(20_000, 100_000);
  const spans = all * subject.share;
  const measured: [string, Values][] = [];
  const wanted = TRANSPORTS.filter(
    ({ protocol, name }) =>
      subject.takes.includes(protocol) && (!context.isWhole || IN_WHOLE[load.name]!.includes(name)),
  );
  for (const transport of wanted) {
    const order = (count: number) =>
      orderBy(transport, open, grpcOrder(open, load, count, context.seed()));
    const isFirst = measured.length === 0;
    await sendLoad(order(isFirst ? load.warmUpSpans * subject.share : spans * WARM_UP_SHARE));
    const values = pick(await measureLoad(open, order(spans)), SHOWN);
    measured.push([`${load.name}, ${transport.name}`, values]);
  }
  return measured;
}

function orderBy(transport: Transport, open: OpenSubject, order: LoadOrder): LoadOrder {
  const { protocol, form, gzip } = transport;
  const target = protocol === 'grpc' ? open.grpc : open.http;
  return { ...order, target: target!, protocol, form, gzip };
}
