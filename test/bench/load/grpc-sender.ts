/** OTLP/gRPC over a few connections, on node:http2 alone, so that sending costs little. */
import http2 from 'node:http2';
import { gzipSync } from 'node:zlib';
import { ANSWER_WITHIN_MS, GZIP_LEVEL, type Sender } from './sender.ts';

const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
const OK = '0';
/** RESOURCE_EXHAUSTED and UNAVAILABLE. */
const BUSY: ReadonlySet<string> = new Set(['8', '14']);
/** By default a session refuses streams once it holds 10 MB, which requests of this size soon do. */
const SESSION_MEMORY_MIB = 512;
const WINDOW_BYTES = 1024 * 1024;
const PREFIX_BYTES = 5;

export class GrpcSender implements Sender {
  readonly #sessions: readonly http2.ClientHttp2Session[];
  readonly #gzip: boolean;
  #next = 0;

  private constructor(sessions: readonly http2.ClientHttp2Session[], gzip: boolean) {
    this.#sessions = sessions;
    this.#gzip = gzip;
  }

  static async connect(target: string, connections: number, gzip: boolean): Promise<GrpcSender> {
    const sessions = Array.from({ length: connections }, () => connected(`http://${target}`));
    return new GrpcSender(await Promise.all(sessions), gzip);
  }

  async send(body: Buffer): Promise<'taken' | 'busy'> {
    const session = this.#sessions[this.#next++ % this.#sessions.length]!;
    const { status, message } = await exchange(session, framed(body, this.#gzip), this.#gzip);
    if (BUSY.has(status)) return 'busy';
    if (status !== OK) throw new Error(`refused with gRPC status ${status}`);
    // The prefix alone: an empty answer, everything was taken.
    if (message > PREFIX_BYTES) throw new Error('the receiver rejected spans');
    return 'taken';
  }

  close(): void {
    for (const session of this.#sessions) session.close();
  }
}

function framed(body: Buffer, gzip: boolean): Buffer {
  const message = gzip ? gzipSync(body, { level: GZIP_LEVEL }) : body;
  const frame = Buffer.allocUnsafe(message.length + PREFIX_BYTES);
  frame[0] = gzip ? 1 : 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, PREFIX_BYTES);
  return frame;
}

function connected(url: string): Promise<http2.ClientHttp2Session> {
  const session = http2.connect(url, {
    maxSessionMemory: SESSION_MEMORY_MIB,
    settings: { initialWindowSize: WINDOW_BYTES },
  });
  return new Promise((resolve, reject) => {
    session.once('connect', () => resolve(session));
    session.once('error', reject);
  });
}

/** The status, and the bytes of the answer's message with its prefix. */
function exchange(
  session: http2.ClientHttp2Session,
  frame: Buffer,
  gzip: boolean,
): Promise<{ status: string; message: number }> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': EXPORT,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...(gzip && { 'grpc-encoding': 'gzip' }),
    });
    let status: string | undefined;
    let message = 0;
    const look = (headers: http2.IncomingHttpHeaders) => {
      status = (headers['grpc-status'] as string | undefined) ?? status;
    };
    stream.setTimeout(ANSWER_WITHIN_MS, () => stream.close(http2.constants.NGHTTP2_CANCEL));
    stream.on('response', look);
    stream.on('trailers', look);
    stream.on('data', (chunk: Buffer) => {
      message += chunk.length;
    });
    stream.on('close', () =>
      status === undefined ? reject(new Error('no answer')) : resolve({ status, message }),
    );
    stream.on('error', reject);
    stream.end(frame);
  });
}
