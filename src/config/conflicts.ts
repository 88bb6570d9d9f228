/**
 * What keys must not mean together: two folders at once, a loop, an open door that nobody asked for, two
 * listeners on one port.
 *
 * Works on parsed values and knows which level of precedence each came from. Every finding names the keys
 * and the remedy. It looks at the machine's addresses, never at the network.
 */
import { hostname, networkInterfaces } from 'node:os';
import { resolve } from 'node:path';
import type { ConfigProblem, Origin } from './config-error.ts';
import type { Address, ConfigKey, ConfigValues } from './config-keys.ts';

export type Origins = Readonly<Record<ConfigKey, Origin>>;

type ListenerKey = 'receivers.otlp.grpc' | 'receivers.otlp.http' | 'api';

interface BoundListener {
  readonly key: ListenerKey;
  readonly address: Address;
}

export function findConflicts(
  values: ConfigValues,
  origins: Origins,
  cwd: string,
  inProgram = false,
): readonly ConfigProblem[] {
  // A program's processor listens nowhere, and may well forward to a Synton on this machine.
  const listeners = inProgram ? [] : boundListeners(values);
  return [
    ...twoPaths(values, origins, cwd),
    ...openListeners(values, listeners, origins),
    ...samePorts(listeners, origins),
    ...exportLoops(values, listeners, origins),
    ...exportPaths(values, origins),
  ];
}

/** 127.0.0.0/8, ::1 and localhost. */
export function isLoopback(host: string): boolean {
  return (
    host === 'localhost' ||
    host === '::1' ||
    /^127\.\d+\.\d+\.\d+$/.test(host) ||
    /^::ffff:127\./.test(host)
  );
}

/** The addresses that mean every interface. */
export function isAnyAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::' || host === '::0';
}

/** Whether what is sent to `destination` would arrive at `listener`; both on this machine's terms. */
export function reachesListener(destination: Address, listener: Address): boolean {
  if (destination.port !== listener.port || listener.port === 0) return false;
  const to = destination.host.toLowerCase();
  if (to === listener.host) return true;
  const toHere = isLoopback(to) || isAnyAddress(to);
  if (isLoopback(listener.host)) return toHere;
  if (isAnyAddress(listener.host)) return toHere || ownNames().has(to);
  return false;
}

/** The listeners that this configuration would bind. */
function boundListeners(values: ConfigValues): readonly BoundListener[] {
  const listeners: BoundListener[] = [];
  for (const key of ['receivers.otlp.grpc', 'receivers.otlp.http'] as const) {
    if (values['instrument.enabled'] && values[`${key}.enabled`]) {
      listeners.push({ key, address: values[`${key}.endpoint`] });
    }
  }
  listeners.push({ key: 'api', address: values['api.endpoint'] });
  return listeners;
}

function* twoPaths(values: ConfigValues, origins: Origins, cwd: string): Iterable<ConfigProblem> {
  const one = 'instrument.trace_path';
  const other = 'instrument.persistence.path';
  const origin = origins[one];
  if (origin.source === 'default' || origin.source !== origins[other].source) return;
  if (resolve(cwd, values[one]) === resolve(cwd, values[other])) return;
  yield {
    origin,
    key: one,
    message: `conflicts with ${other}: both say where spans are kept, and they differ; remove one of the two`,
  };
}

function* openListeners(
  values: ConfigValues,
  listeners: readonly BoundListener[],
  origins: Origins,
): Iterable<ConfigProblem> {
  for (const { key, address } of listeners) {
    if (isLoopback(address.host) || values[`${key}.allow_remote`]) continue;
    yield {
      origin: origins[`${key}.endpoint`],
      key: `${key}.endpoint`,
      message: `${address.host} can be reached from other machines; set ${key}.allow_remote = true to permit that, or listen on 127.0.0.1`,
    };
  }
}

function* samePorts(
  listeners: readonly BoundListener[],
  origins: Origins,
): Iterable<ConfigProblem> {
  for (const [i, { key, address }] of listeners.entries()) {
    const taken = listeners.slice(0, i).find((other) => other.address.port === address.port);
    if (taken === undefined || address.port === 0) continue;
    yield {
      origin: origins[`${key}.endpoint`],
      key: `${key}.endpoint`,
      message: `port ${address.port} is taken by ${taken.key}.endpoint; give one of the two another port`,
    };
  }
}

function* exportLoops(
  values: ConfigValues,
  listeners: readonly BoundListener[],
  origins: Origins,
): Iterable<ConfigProblem> {
  const destination = values['instrument.export.endpoint'];
  if (destination === undefined) return;
  const own = listeners.find(({ address }) => reachesListener(destination, address));
  if (own === undefined) return;
  yield {
    origin: origins['instrument.export.endpoint'],
    key: 'instrument.export.endpoint',
    message: `${destination.url} is Synton's own listener (${own.key}.endpoint), so spans would go round in a loop; forward to another port, or move ${own.key}.endpoint to another one`,
  };
}

/** gRPC has its paths from the protocol: one in the endpoint would be dropped in silence. */
function* exportPaths(values: ConfigValues, origins: Origins): Iterable<ConfigProblem> {
  const destination = values['instrument.export.endpoint'];
  if (!destination?.path || values['instrument.export.format'] !== 'otlp') return;
  yield {
    origin: origins['instrument.export.endpoint'],
    key: 'instrument.export.endpoint',
    message: `has the path ${destination.path}, which gRPC cannot use; remove it, or set instrument.export.format = "otlp-http"`,
  };
}

function ownNames(): ReadonlySet<string> {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return new Set([hostname().toLowerCase(), ...addresses.map(({ address }) => address)]);
}
