/**
 * What no receiver on node:http2 can be cheaper than: takes gRPC requests over windows and frames like Synton's, throws their bytes away
 * and answers. Prints its port.
 */
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';

const MIB = 1024 * 1024;
/** An empty message: not compressed, no bytes. */
const EMPTY = Buffer.alloc(5);

const server = http2.createServer({
  settings: { initialWindowSize: 16 * MIB, maxFrameSize: MIB, maxConcurrentStreams: 1_000 },
});
server.on('session', (session) => session.setLocalWindowSize(64 * MIB));
server.on('stream', (stream) => {
  stream.resume();
  stream.once('end', () => {
    stream.respond(
      { ':status': 200, 'content-type': 'application/grpc' },
      { waitForTrailers: true },
    );
    stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(EMPTY);
  });
  // A client that breaks off is none of ours.
  stream.on('error', () => {});
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ grpc: port })}\n`);
});
process.on('SIGTERM', () => process.exit(0));
