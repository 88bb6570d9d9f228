/**
 * Who may talk to a listener that a browser can reach. A page from elsewhere can make a browser send
 * requests here: by a name that it points at this machine (DNS rebinding, seen in Host), or across
 * origins (seen in Origin). Both are refused; clients that are no browsers are not affected.
 *
 * Knows names alone: a page on another port of an allowed host passes, as Synton's own listeners do
 * among each other.
 */
import { isIP } from 'node:net';

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];
/** Every address of the machine. */
const WILDCARDS = ['0.0.0.0', '::', '[::]'];

export class RequestGuard {
  readonly #hosts: ReadonlySet<string>;
  readonly #isBoundToAll: boolean;

  /**
   * `boundHost` and `allowedHosts` are names without a port; loopback's names are always allowed. Bound to
   * all addresses, a listener may be called by any address: only a name can be pointed elsewhere.
   */
  constructor(boundHost: string, allowedHosts: readonly string[]) {
    this.#isBoundToAll = WILDCARDS.includes(boundHost);
    this.#hosts = new Set([
      ...LOOPBACK_NAMES,
      ...[boundHost, ...allowedHosts].map((host) => bracketed(host.toLowerCase())),
    ]);
  }

  /** Undefined where the request may pass, else why not. */
  objection(host: string | undefined, origin: string | undefined): string | undefined {
    if (host !== undefined && !this.#isAllowed(hostName(host)))
      return 'the Host header names another host; add it to allowed_hosts if it is this one';
    if (origin !== undefined && !this.#hosts.has(originName(origin)))
      return 'requests from pages of other origins are not accepted';
    return undefined;
  }

  #isAllowed(name: string): boolean {
    if (this.#hosts.has(name)) return true;
    return this.#isBoundToAll && isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0;
  }
}

/** The name in a Host header, lower-case, without its port. */
function hostName(host: string): string {
  return host.replace(/:\d*$/, '').toLowerCase();
}

/** Empty for `null` and for schemes of extensions and files. */
function originName(origin: string): string {
  return hostName(/^https?:\/\/(.+)$/i.exec(origin)?.[1] ?? '');
}

function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
