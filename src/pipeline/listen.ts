/** Binding a port, with the one error that a user meets at start: somebody else has it. */
import type { AddressInfo, Server } from 'node:net';
import { SyntonError } from '../model/errors.ts';

/** A listener could not bind. The message names the address, the configuration key and the remedy. */
export class ListenFailed extends SyntonError {
  readonly code = 'ListenFailed';
  readonly host: string;
  readonly port: number;
  readonly key: string;

  constructor(host: string, port: number, key: string, cause: NodeJS.ErrnoException) {
    super(`cannot listen on ${host}:${port} (${key}): ${remedyFor(cause)}`, { cause });
    this.host = host;
    this.port = port;
    this.key = key;
  }
}

function remedyFor(cause: NodeJS.ErrnoException): string {
  switch (cause.code) {
    case 'EADDRINUSE':
      return 'the port is in use; stop the other program or set another port';
    case 'EACCES':
      return 'permission denied; ports below 1024 need privileges, set a higher one';
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return 'this machine has no such address';
    default:
      return cause.message;
  }
}

export interface ListenAddress {
  readonly host: string;
  /** 0: chosen by the system. */
  readonly port: number;
  /** The configuration key that set it, for the error. */
  readonly key: string;
}

/** Resolves with the bound address. @throws ListenFailed */
export function listen(server: Server, { host, port, key }: ListenAddress): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    const failed = (cause: Error): void => reject(new ListenFailed(host, port, key, cause));
    server.once('error', failed);
    server.listen({ host, port }, () => {
      server.off('error', failed);
      resolve(server.address() as AddressInfo);
    });
  });
}
