/**
 * What the writer thread does besides committing: it recovers what earlier lives left, expires, has closed partitions rewritten and
 * compacts. Loaded once the store is open: nobody waits for it.
 *
 * Nothing ticks here while nothing is stored but a look for what has expired, once a minute.
 */
import type { Counters } from '../../telemetry/counters.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { CommitSignal } from '../commit-signal.ts';
import { DamageLedger } from './damage-ledger.ts';
import { boundSetAside, removeSetAside } from './inventory/set-aside.ts';
import type { PartitionWriter } from './partition-writer.ts';
import { checkSegments } from './recovery/check-segments.ts';
import { recoverPartitions } from './recovery/recover-partitions.ts';
import { Rewriter } from './rewriting/rewriter.ts';
import type { FromWriter, WriterData } from './writer-messages.ts';

const EXPIRE_EVERY_MS = 60_000;
const REWRITE_POLL_MS = 1_000;
/** A partition is left as it is for so long after it was closed. */
const REWRITE_DELAY_MS = 15_000;

export interface UpkeepHost {
  readonly settings: WriterData['settings'];
  readonly writer: PartitionWriter;
  readonly commitSignal: CommitSignal;
  readonly counters: Counters;
  readonly log: Logger;
  /** Makes a task of one that logs what it throws. */
  readonly guarded: (task: () => void) => () => void;
}

export class WriterUpkeep {
  readonly #host: UpkeepHost;
  readonly #rewriter: Rewriter;
  readonly #damages: DamageLedger;
  readonly #expiry: NodeJS.Timeout;
  readonly #pollMs: number;
  readonly #closing = new AbortController();
  #polling: NodeJS.Timeout | undefined;
  /** Everything that an earlier life left has been looked at. */
  #recovered: Promise<void> = Promise.resolve();

  constructor(host: UpkeepHost) {
    const { settings, writer, counters, log, guarded } = host;
    this.#host = host;
    this.#damages = new DamageLedger({ counters, log });
    this.#rewriter = new Rewriter({
      dataPath: settings.path,
      writer,
      counters,
      log,
      delayMs: settings.rewriteDelayMs ?? REWRITE_DELAY_MS,
      damages: this.#damages,
      progressed: () => this.#progressed(),
      setAside: guarded(() => boundSetAside(this.#setAsideHost())),
    });
    this.#pollMs = Math.min(REWRITE_POLL_MS, settings.rewriteDelayMs ?? REWRITE_POLL_MS) || 1;
    const expire = guarded(() => writer.expire());
    this.#expiry = setInterval(expire, EXPIRE_EVERY_MS);
    this.#expiry.unref();
    expire();
  }

  /** The writer has committed so much: whoever rewrites gives way, and looks whether a partition was closed. */
  committed(bytes: number): void {
    this.#rewriter.committed(bytes);
    this.#pollSoon();
  }

  /** Looks at everything that an earlier life left. Resolves with what it promoted lately, four words each; never rejects. */
  async recover(): Promise<Uint32Array> {
    const { settings, writer, commitSignal, counters, log, guarded } = this.#host;
    const setAside = guarded(() => boundSetAside(this.#setAsideHost()));
    setAside();
    const recovery = {
      dataPath: settings.path,
      catalogue: writer.catalogue,
      counters,
      log,
      damages: this.#damages,
      progressed: () => this.#progressed(),
      setAside,
    };
    const recovered = recoverPartitions(recovery, this.#closing.signal);
    this.#recovered = recovered.then(() => checkSegments(recovery, this.#closing.signal));
    this.#pollSoon();
    try {
      await recovered;
      if (!writer.catalogue.partitions().some(({ boot }) => boot !== writer.boot))
        return new Uint32Array(0);
      const { promotedLately } = await import('./promoted-lately.ts');
      return await promotedLately(settings.path, commitSignal);
    } catch (error) {
      log.error({ error: messageOf(error) }, 'recovery failed');
      return new Uint32Array(0);
    }
  }

  async compact(): Promise<FromWriter> {
    const { settings, writer, log } = this.#host;
    try {
      const { compact } = await import('./rewriting/compaction.ts');
      const outcome = await compact({
        dataPath: settings.path,
        writer,
        rewriter: this.#rewriter,
        recovered: this.#recovered,
      });
      this.#pollSoon();
      return { type: 'compacted', outcome };
    } catch (error) {
      log.error({ error: messageOf(error) }, 'the store could not be compacted');
      return { type: 'compacted', outcome: { failure: messageOf(error) } };
    }
  }

  removeSetAside(): FromWriter {
    try {
      return { type: 'setAsideRemoved', ...removeSetAside(this.#setAsideHost()) };
    } catch (error) {
      const { log } = this.#host;
      log.error({ error: messageOf(error) }, 'set-aside folders could not be removed');
      return { type: 'setAsideRemoved', folders: 0, bytes: 0 };
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#expiry);
    clearTimeout(this.#polling);
    this.#closing.abort();
    await this.#rewriter.stop();
  }

  #progressed(): void {
    this.#host.commitSignal.raise();
    this.#pollSoon();
  }

  /** Once, and then for as long as there is something to rewrite. */
  #pollSoon(): void {
    if (this.#polling !== undefined || this.#closing.signal.aborted) return;
    const poll = this.#host.guarded(() => {
      this.#polling = undefined;
      if (this.#rewriter.poll()) this.#pollSoon();
    });
    this.#polling = setTimeout(poll, this.#pollMs);
    this.#polling.unref();
  }

  #setAsideHost() {
    const { settings, counters, log } = this.#host;
    return { dataPath: settings.path, maxBytes: settings.maxBytes, counters, log };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
