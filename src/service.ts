/**
 * The service: receivers and an API around a trace runtime. The composition root of `synton start`.
 *
 * Starts against the flow: lock, store, query, forwarding, API, receivers last; what was started is stopped
 * again when a later one fails. What listens is loaded while the store opens on its own thread. Stops with the flow: receivers stop taking and answer what is in flight, then
 * the store drains, then the lock is let go.
 */
import { ApiServer } from './api/api-server.ts';
import type { Config, ListenerConfig } from './config/config.ts';
import { ConfigError } from './config/config-error.ts';
import { isAnyAddress, reachesListener } from './config/conflicts.ts';
import { DemoRuns } from './demo/demo-runs.ts';
import { systemClock } from './model/clock.ts';
import { ByteBudget } from './pipeline/byte-budget.ts';
import type { Component, Host } from './pipeline/component.ts';
import type { OtlpGrpcReceiver } from './receivers/otlp-grpc/otlp-grpc-receiver.ts';
import type { OtlpHttpReceiver } from './receivers/otlp-http/otlp-http-receiver.ts';
import { createTraceRuntime } from './runtime/open-trace-runtime.ts';
import type { TraceRuntime } from './runtime/trace-runtime-contract.ts';
import { gaugesOf, healthOf } from './service-health.ts';
import { acquireDataLock, type DataLock } from './store/lmdb/data-lock.ts';
import { StoreUnavailable } from './store/lmdb/store-unavailable.ts';
import { Counters } from './telemetry/counters.ts';
import { type Logger, silentLogger } from './telemetry/logger.ts';
import { packageVersion } from './telemetry/package-version.ts';

export interface ServiceEndpoint {
  readonly host: string;
  readonly port: number;
}

export interface RunningService {
  /** As bound: ports chosen by the system are filled in. Receivers are absent where they are off. */
  readonly endpoints: {
    readonly grpc?: ServiceEndpoint;
    readonly http?: ServiceEndpoint;
    readonly api: ServiceEndpoint;
  };
  /** Undefined with persistence off. */
  readonly dataPath: string | undefined;
  /** Answers what is in flight, makes it durable, and stops; gives up what is left at the deadline. */
  shutdown(deadlineMs: number): Promise<void>;
  /** Resolves only with a fault after which the service cannot go on. */
  readonly failed: Promise<Error>;
}

export interface ServiceOptions {
  /** @default silent */
  readonly log?: Logger;
  readonly counters?: Counters;
}

/** Of requests between arrival and acknowledgement, over all receivers. */
const REQUEST_BYTES_MAX = 64 * 1024 * 1024;
/** Of the time to stop in: for requests under way. The rest is for what they left to store and to forward. */
const INTAKE_SHARE = 0.7;

type Receivers = Awaited<ReturnType<typeof loadReceivers>>;

async function loadReceivers() {
  const [http, grpc] = await Promise.all([
    import('./receivers/otlp-http/otlp-http-receiver.ts'),
    import('./receivers/otlp-grpc/otlp-grpc-receiver.ts'),
  ]);
  return { ...http, ...grpc };
}

/** @throws ListenFailed, StoreUnavailable, DataDirectoryHeld, ConfigError: one line says what to do */
export async function startService(
  config: Config,
  options: ServiceOptions = {},
): Promise<RunningService> {
  const host: Host = {
    clock: systemClock,
    counters: options.counters ?? new Counters(),
    log: options.log ?? silentLogger,
  };
  const service = new Service(config, host);
  try {
    await service.start();
  } catch (error) {
    await service.shutdown(1_000);
    throw error;
  }
  return service;
}

class Service implements RunningService {
  readonly dataPath: string | undefined;
  readonly failed: Promise<Error>;
  readonly #config: Config;
  readonly #host: Host;
  readonly #fail: (error: Error) => void;
  readonly #startedUnixNano: bigint = systemClock.unixNano();
  /** In the order in which they were started. */
  readonly #started: Component[] = [];
  #lock: DataLock | undefined;
  #grpc: OtlpGrpcReceiver | undefined;
  #http: OtlpHttpReceiver | undefined;
  #api: ApiServer | undefined;
  readonly #demo: DemoRuns;
  #ready = false;
  #closing: Promise<void> | undefined;

  constructor(config: Config, host: Host) {
    const { enabled, path } = config.instrument.persistence;
    this.#config = config;
    this.#host = host;
    this.dataPath = enabled ? path : undefined;
    const { promise, resolve } = Promise.withResolvers<Error>();
    this.failed = promise;
    this.#demo = new DemoRuns(() => this.#demoEndpoint(), host.clock);
    this.#fail = resolve;
  }

  get endpoints(): RunningService['endpoints'] {
    const { receivers, api } = this.#config;
    return {
      ...(this.#grpc && { grpc: { host: receivers.otlp.grpc.host, port: this.#grpc.port } }),
      ...(this.#http && { http: { host: receivers.otlp.http.host, port: this.#http.port } }),
      api: this.#api?.endpoint ?? { host: api.host, port: api.port },
    };
  }

  async start(): Promise<void> {
    const { instrument, retention } = this.#config;
    await this.#takeLock();
    const { export: destination, persistence } = instrument;
    const runtime = createTraceRuntime({
      sampleRate: instrument.sampleRate,
      maxSpansInMemory: instrument.maxSpansInMemory,
      maxBytesInMemory: instrument.maxBytesInMemory,
      ...(persistence.enabled && {
        persistence: { path: persistence.path, format: persistence.format },
      }),
      retention,
      ...(destination && { forward: { ...destination, endpoint: destination.url } }),
    });
    const starting = this.#begin(runtime);
    const [receivers] = await Promise.all([loadReceivers(), starting]);
    void runtime.failed.then(this.#fail);
    await this.#startApi(runtime);
    if (instrument.enabled) await this.#startReceivers(receivers, runtime);
    this.#refuseLoop();
    this.#ready = true;
  }

  async #begin(component: Component): Promise<void> {
    await component.start(this.#host);
    this.#started.push(component);
  }

  async #takeLock(): Promise<void> {
    if (this.dataPath === undefined) return;
    let outcome: Awaited<ReturnType<typeof acquireDataLock>>;
    try {
      outcome = await acquireDataLock(this.dataPath, packageVersion());
    } catch (error) {
      throw new StoreUnavailable(this.dataPath, (error as Error).message, { cause: error });
    }
    if (outcome.status === 'held') {
      const { pid, version } = outcome.owner;
      throw new StoreUnavailable(
        this.dataPath,
        `another Synton (pid ${pid}, version ${version}) is using it`,
      );
    }
    this.#lock = outcome.lock;
  }

  async #startApi(runtime: TraceRuntime): Promise<void> {
    this.#api = new ApiServer({
      ...this.#config.api,
      version: packageVersion(),
      startedUnixNano: this.#startedUnixNano,
      views: runtime.views,
      arrivals: runtime.arrivals,
      isReady: () => this.#ready,
      health: () => {
        const { grpc, http } = this.endpoints;
        const receivers = { 'otlp/grpc': grpc, 'otlp/http': http };
        return healthOf(runtime, this.dataPath !== undefined, receivers);
      },
      gauges: gaugesOf(runtime),
      ...(runtime.stored && { storage: runtime.stored }),
      demo: this.#demo,
    });
    await this.#begin(this.#api);
  }

  /** Where the demo sends to; undefined while spans over gRPC are not received. */
  #demoEndpoint(): string | undefined {
    const { grpc } = this.endpoints;
    if (grpc === undefined) return undefined;
    const host = isAnyAddress(grpc.host) ? 'localhost' : grpc.host;
    return `http://${host.includes(':') ? `[${host}]` : host}:${grpc.port}`;
  }

  async #startReceivers(
    { OtlpGrpcReceiver, OtlpHttpReceiver }: Receivers,
    runtime: TraceRuntime,
  ): Promise<void> {
    const { grpc, http } = this.#config.receivers.otlp;
    const budget = new ByteBudget(REQUEST_BYTES_MAX);
    if (http.enabled) {
      const receiver = new OtlpHttpReceiver(http, runtime.consumer, budget, runtime.logEvents);
      await this.#begin(receiver);
      this.#http = receiver;
      this.#lock?.serve((request, response) => receiver.handle(request, response));
    }
    if (grpc.enabled) {
      const receiver = new OtlpGrpcReceiver(grpc, runtime.consumer, budget, runtime.logEvents);
      await this.#begin(receiver);
      this.#grpc = receiver;
    }
    const [ofHttp, ofGrpc] = [this.#http?.connections, this.#grpc?.connections];
    if (ofHttp === undefined || ofGrpc === undefined) return;
    // Each takes what was meant for the other.
    ofHttp.other = ofGrpc.accept;
    ofGrpc.other = ofHttp.accept;
  }

  /** With ports chosen by the system a loop shows only now. */
  #refuseLoop(): void {
    const destination = this.#config.instrument.export;
    if (destination === undefined) return;
    const { grpc, http } = this.#config.receivers.otlp;
    const bound: [string, ListenerConfig, number | undefined][] = [
      ['receivers.otlp.grpc.endpoint', grpc, this.#grpc?.port],
      ['receivers.otlp.http.endpoint', http, this.#http?.port],
    ];
    for (const [key, listener, port] of bound) {
      if (port === undefined || !reachesListener(destination, { ...listener, port })) continue;
      throw new ConfigError([
        {
          origin: { source: 'default' },
          key: 'instrument.export.endpoint',
          message: `is our own listener (${key}): spans would go round in a loop; name another destination, or remove it`,
        },
      ]);
    }
  }

  shutdown(deadlineMs: number): Promise<void> {
    this.#closing ??= this.#close(deadlineMs);
    return this.#closing;
  }

  async #close(deadlineMs: number): Promise<void> {
    this.#ready = false;
    const deadline = AbortSignal.timeout(deadlineMs);
    // What it still has is nobody's loss.
    const demo = this.#demo.close();
    this.#lock?.serve(undefined);
    // At the same time: a request that hangs at one must not keep the other open.
    const receivers: readonly (Component | undefined)[] = [this.#grpc, this.#http];
    const intake = AbortSignal.timeout(deadlineMs * INTAKE_SHARE);
    await Promise.all(receivers.map((receiver) => this.#stop(receiver, intake)));
    for (const component of this.#started.reverse()) {
      if (!receivers.includes(component)) await this.#stop(component, deadline);
    }
    await this.#lock?.release();
    await demo;
  }

  async #stop(component: Component | undefined, deadline: AbortSignal): Promise<void> {
    try {
      await component?.shutdown(deadline);
    } catch (error) {
      this.#host.log.error({ error: String(error) }, 'a component did not stop cleanly');
    }
  }
}
