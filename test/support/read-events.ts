/** Server-sent events as a browser reads them, from a response that goes on. */
export interface ReadEvent {
  readonly event: string;
  readonly id: string;
  readonly data: unknown;
}

export class EventReader {
  /** Those that were read so far. */
  readonly events: ReadEvent[] = [];
  /** As `id:` said last, with an event or without. */
  lastId = '';
  comments = 0;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #rest = '';

  constructor(response: Response) {
    this.#reader = response.body!.getReader();
  }

  /** The next event of that name; those before it are kept in `events`. Rejects where the stream ends. */
  async next<Data = unknown>(event: string): Promise<Data> {
    for (let at = 0; ; ) {
      const found = this.events.findIndex((one, index) => index >= at && one.event === event);
      if (found >= 0) return this.events.splice(found, 1)[0]!.data as Data;
      at = this.events.length;
      if (!(await this.read())) throw new Error(`the stream ended before an event ${event}`);
    }
  }

  /** False at the end. */
  async read(): Promise<boolean> {
    const { done, value } = await this.#reader.read();
    if (done) return false;
    const blocks = (this.#rest + Buffer.from(value).toString()).split('\n\n');
    this.#rest = blocks.pop()!;
    for (const block of blocks) this.#take(block.split('\n'));
    return true;
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }

  #take(lines: readonly string[]): void {
    const field = (name: string) =>
      lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
    this.lastId = field('id') ?? this.lastId;
    if (lines.includes(':')) this.comments++;
    const event = field('event');
    if (event === undefined) return;
    this.events.push({ event, id: this.lastId, data: JSON.parse(field('data')!) });
  }
}
