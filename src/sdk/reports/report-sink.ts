/** Where a thread's reports go: a collector, or the table of open spans that the next owner of the data directory reads. */
import type { FramedRecord } from '../../otlp/write-log-events.ts';
import { ReportFolder } from './report-folder.ts';
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
  if (target.kind === 'folder') return new ReportFolder(target.path, settings.onDrop);
  return new CollectorSink(reportSender(target), settings);
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
