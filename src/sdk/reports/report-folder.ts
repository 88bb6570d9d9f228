/**
 * What the owner of a data directory leaves for the next one, should it be killed: the spans that it has open, in a table like that of
 * other programs (processors/open-spans), and spans that ended too late to be stored.
 *
 * Bounds: those of the table, and of what left-behind.ts keeps.
 */
import { join } from 'node:path';
import { systemClock } from '../../model/clock.ts';
import { readLogEvents } from '../../otlp/read-log-events.ts';
import { type FramedRecord, logsRequest } from '../../otlp/write-log-events.ts';
import { OpenSpans } from '../../processors/open-spans/open-spans.ts';
import { OpenSpansFile } from '../../processors/open-spans/open-spans-file.ts';
import { LEFT_BEHIND } from '../../runtime/left-behind.ts';
import { Counters } from '../../telemetry/counters.ts';

const WRITE_AFTER_MS = 20;
/** A file with a name of its own: nobody else writes it. */
const quiet = { info() {}, warn() {}, error() {} };

export class ReportFolder {
  readonly #onDrop: (records: number) => void;
  readonly #table: OpenSpans;
  readonly #file: OpenSpansFile;
  #added: FramedRecord[] = [];

  constructor(path: string, onDrop: (records: number) => void) {
    this.#onDrop = onDrop;
    const host = { clock: systemClock, counters: new Counters(), log: quiet };
    this.#table = new OpenSpans({ ...host, onChange: () => this.#file.changed() });
    this.#file = new OpenSpansFile(
      join(path, LEFT_BEHIND.open),
      host,
      () => this.#table.contents,
      WRITE_AFTER_MS,
    );
  }

  add(record: FramedRecord): void {
    this.#added.push(record);
  }

  pump(): void {
    if (this.#added.length === 0) return;
    const records = this.#added;
    this.#added = [];
    const events = readLogEvents(logsRequest(records));
    if (events.length < records.length) this.#onDrop(records.length - events.length);
    this.#table.take(events);
  }

  /** Spans of the owner are not sent: it writes them itself. */
  async finish(): Promise<void> {
    this.pump();
    await this.#file.close();
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
