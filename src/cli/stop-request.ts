/**
 * Why and when the process has to end: a signal, an error that nobody caught, a service that failed, nothing to do.
 *
 * The first of them is the reason. A signal after it ends the process at once with 128 plus its number, as
 * a shell would report it. SIGHUP is left alone: handling it would undo nohup.
 */
export type StopReason =
  | { readonly kind: 'signal'; readonly signal: 'SIGTERM' | 'SIGINT' }
  | { readonly kind: 'fault'; readonly error: unknown }
  | { readonly kind: 'idle' };

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

export class StopRequest {
  /** Never rejects. */
  readonly requested: Promise<StopReason>;
  #reason: StopReason | undefined;
  readonly #resolve: (reason: StopReason) => void;

  /** Listens to the process from now on. */
  constructor() {
    let settle: (reason: StopReason) => void = () => {};
    this.requested = new Promise((resolve) => {
      settle = resolve;
    });
    this.#resolve = settle;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (this.#reason !== undefined) process.exit(EXIT_CODES[signal]);
        this.#settle({ kind: 'signal', signal });
      });
    }
    process.on('uncaughtException', (error) => this.fail(error));
    process.on('unhandledRejection', (error) => this.fail(error));
  }

  get reason(): StopReason | undefined {
    return this.#reason;
  }

  fail(error: unknown): void {
    this.#settle({ kind: 'fault', error });
  }

  /** Nobody has asked for anything for as long as was to be waited. */
  idle(): void {
    this.#settle({ kind: 'idle' });
  }

  #settle(reason: StopReason): void {
    this.#reason ??= reason;
    this.#resolve(reason);
  }
}
