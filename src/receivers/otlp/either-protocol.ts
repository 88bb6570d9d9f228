/**
 * Lets a program that was told the wrong one of two ports in: HTTP/2 begins with `PRI`, which is no method of HTTP/1 (RFC 9113,
 * 3.4), so that a connection's first three bytes tell which server it is for. A connection that says less within `timeoutMs` is cut.
 *
 * Who begins TLS, speaks what no receiver takes, or comes when `maxConnections` are open, is told in the log, once a minute at most: an
 * SDK says no more than that the connection was closed.
 */
import type { Server, Socket } from 'node:net';
import type { Host } from '../../pipeline/component.ts';

export type HttpVersion = 'http/1.1' | 'h2';

export interface SortedServer {
  /** Takes a connection that another server has accepted, or cuts it where this one is closed. */
  readonly accept: (socket: Socket) => void;
  /** Who takes those of the other version; until it is set they are this server's, which refuses them. */
  other: ((socket: Socket) => void) | undefined;
  /** Takes no more of others, and cuts what has said nothing yet. */
  close(): void;
}

export interface SortingSettings {
  readonly version: HttpVersion;
  readonly timeoutMs: number;
  readonly host: Host;
}

const PREFACE = Buffer.from('PRI');
/** Of a TLS record that holds a ClientHello (RFC 8446, 5.1). */
const TLS_HANDSHAKE = 0x16;
const TOLD_EVERY_MS = 60_000;
const TLS_BEGUN =
  'a client begins TLS, which is not spoken here: name the endpoint to it with http://, or set OTEL_EXPORTER_OTLP_INSECURE=true';
const NOT_TAKEN: Readonly<Record<HttpVersion, string>> = {
  h2: 'a client speaks gRPC, whose receiver is off: set receivers.otlp.grpc.enabled to true, or OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf where it runs',
  'http/1.1':
    'a client speaks HTTP/1, whose receiver is off: set receivers.otlp.http.enabled to true, or OTEL_EXPORTER_OTLP_PROTOCOL=grpc where it runs',
};

/** @param server one of node's with its `maxConnections`, before it listens: what it does with a connection is done once its version is known */
export function sortConnections(server: Server, settings: SortingSettings): SortedServer {
  const [serve] = server.listeners('connection') as [(socket: Socket) => void];
  const tellTls = teller(settings.host, TLS_BEGUN);
  const tellNotTaken = teller(
    settings.host,
    NOT_TAKEN[settings.version === 'h2' ? 'http/1.1' : 'h2'],
  );
  const untold = new Set<Socket>();
  let isClosed = false;
  const sorted: SortedServer = {
    other: undefined,
    accept(socket) {
      if (isClosed) return void socket.destroy();
      // As sockets are that node accepts for this version.
      socket.allowHalfOpen = settings.version === 'http/1.1';
      socket.setNoDelay(true);
      serve.call(server, socket);
    },
    close() {
      isClosed = true;
      // What had arrived by now is read in the turn between the two.
      setImmediate(() =>
        setImmediate(() => {
          for (const socket of untold) socket.destroy();
        }),
      );
    },
  };
  const tellFull = teller(
    settings.host,
    `${server.maxConnections} connections are open: a further one is refused, until some are closed`,
  );
  server.on('drop', (dropped) => tellFull(dropped ?? {}));
  server.removeListener('connection', serve);
  server.on('connection', (socket: Socket) => {
    untold.add(socket);
    readBeginning(socket, settings, (first) => {
      untold.delete(socket);
      if (first === undefined) return;
      if (first[0] === TLS_HANDSHAKE) tellTls(socket);
      const version: HttpVersion = first.equals(PREFACE) ? 'h2' : 'http/1.1';
      if (version !== settings.version && sorted.other !== undefined) return sorted.other(socket);
      if (version !== settings.version && first[0] !== TLS_HANDSHAKE) tellNotTaken(socket);
      serve.call(server, socket);
    });
  });
  return sorted;
}

/** Tells what decides, and leaves in the socket all that was read. Undefined: the connection has gone. */
function readBeginning(
  socket: Socket,
  { host, timeoutMs }: SortingSettings,
  tell: (first: Buffer | undefined) => void,
): void {
  let read: Buffer = Buffer.alloc(0);
  const cut = (): void => void socket.destroy();
  const cancel = host.clock.schedule(timeoutMs, cut);
  const look = (): void => {
    const more = socket.read() as Buffer | null;
    if (more !== null) read = read.length === 0 ? more : Buffer.concat([read, more]);
    const first = read.subarray(0, PREFACE.length);
    if (first.length < PREFACE.length && PREFACE.indexOf(first) === 0) return;
    leave();
    socket.unshift(read);
    tell(first);
  };
  const gone = (): void => {
    leave();
    tell(undefined);
  };
  const leave = (): void => {
    cancel();
    socket.off('readable', look).off('end', cut).off('error', cut).off('close', gone);
  };
  socket.on('readable', look).on('end', cut).on('error', cut).on('close', gone);
}

interface Ends {
  readonly localPort?: number | undefined;
  readonly remoteAddress?: string | undefined;
}

function teller({ clock, log }: Host, message: string): (ends: Ends) => void {
  let toldMs = Number.NEGATIVE_INFINITY;
  return ({ localPort, remoteAddress }) => {
    const nowMs = clock.monotonicMs();
    if (nowMs - toldMs < TOLD_EVERY_MS) return;
    toldMs = nowMs;
    log.warn({ port: localPort, from: remoteAddress }, message);
  };
}
