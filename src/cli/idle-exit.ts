/**
 * Tells when nobody has sent or asked anything for a while, for a service that somebody started in passing. What counts is a request
 * to a receiver or to the API; probes and scrapes (/ready, /metrics) come from machines that never stop, and do not.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { parseDurationMs } from '../config/quantities.ts';
import type { Counters } from '../telemetry/counters.ts';

const LOOK_EVERY_MS = 1_000;
const NOT_COUNTED = /^\/(?:api\/v1\/instr\/)?(?:ready|metrics)(?:\?|$)/;

/** @throws Error where it is no duration */
export function idleExitMs(text: string): number {
  const durationMs = parseDurationMs(text);
  if (durationMs === undefined || durationMs === 0)
    throw new Error(`--idle-exit=${text}: expected a duration such as 30m`);
  return durationMs;
}

/** Resolves once, up to a tenth of `idleMs` late. @param counters of the service: they know of gRPC too */
export function whenIdle(counters: Counters, idleMs: number): Promise<void> {
  let lastMs = performance.now();
  let received = counters.value('requests');
  const touch = (): void => {
    lastMs = performance.now();
  };
  // Node's own channels tell of every server on node:http, of the API before its app is loaded too.
  subscribe('http.server.request.start', (message) => {
    const { request } = message as { readonly request: IncomingMessage };
    if (!NOT_COUNTED.test(request.url ?? '')) touch();
  });
  return new Promise((resolve) => {
    const look = setInterval(
      () => {
        const now = counters.value('requests');
        if (now !== received) touch();
        received = now;
        if (performance.now() - lastMs < idleMs) return;
        clearInterval(look);
        resolve();
      },
      Math.min(LOOK_EVERY_MS, Math.max(10, idleMs / 10)),
    );
    look.unref();
  });
}
