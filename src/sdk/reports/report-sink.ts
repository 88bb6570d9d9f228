/** Where a thread's reports go: a collector, or the table of open spans that the next owner of the data directory reads. */
import type { FramedRecord } from '../../otlp/write-log-events.ts';
import type { ReportFolder } from './report-folder.ts';
import { ReportQueue, type ReportQueueSettings } from './report-queue.ts';
import { type ReportSender, reportSender } from './report-sender.ts';
import type { ReportTarget } from './report-target.ts';

export interface ReportSink {
  add(record: FramedRecord): void;
  /** Begins to pass on what was added. */
  pump(): void;
  /** Resolves when all that was added is there, and these requests of spans, or nobody takes them. */
  finish(requests: readonly Uint8Array[]): Promise<void>;
  close(): Promise<void>;
}

export function openReportSink(target: ReportTarget, settings: ReportQueueSettings): ReportSink {
  if (target.kind === 'folder') return new FolderSink(target.path, settings.onDrop);
  return new CollectorSink(reportSender(target), settings);
}

/** What keeps the table is loaded where there is one: the thread is started for short programs too. */
class FolderSink implements ReportSink {
  readonly #opened: Promise<void>;
  #folder: ReportFolder | undefined;
  #early: FramedRecord[] = [];

  constructor(path: string, onDrop: (records: number) => void) {
    this.#opened = import('./report-folder.ts').then(({ ReportFolder }) => {
      const folder = new ReportFolder(path, onDrop);
      for (const record of this.#early.splice(0)) folder.add(record);
      folder.pump();
      this.#folder = folder;
    });
  }

  add(record: FramedRecord): void {
    if (this.#folder === undefined) this.#early.push(record);
    else this.#folder.add(record);
  }

  pump(): void {
    this.#folder?.pump();
  }

  async finish(): Promise<void> {
    await this.#opened;
    await this.#folder?.finish();
  }

  async close(): Promise<void> {
    await this.#opened;
    await this.#folder?.close();
  }
}

class CollectorSink implements ReportSink {
  readonly #sender: ReportSender;
  readonly #queue: ReportQueue;

  constructor(sender: ReportSender, settings: ReportQueueSettings) {
    this.#sender = sender;
    this.#queue = new ReportQueue(sender, settings);
  }

  add(record: FramedRecord): void {
    this.#queue.add(record);
  }

  pump(): void {
    this.#queue.pump();
  }

  async finish(requests: readonly Uint8Array[]): Promise<void> {
    const sent = requests.map((request) => this.#sender.send('traces', request));
    await Promise.all([this.#queue.flush(), ...sent]);
  }

  async close(): Promise<void> {
    this.#sender.close();
  }
}
