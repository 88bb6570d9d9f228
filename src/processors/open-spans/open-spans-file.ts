/**
 * The table of open spans on disk, so that it outlives the process: written whole, WRITE_AFTER_MS after a change and not
 * oftener, nor for more than a tenth of the time; never two writes at once. What cannot be read is no table.
 *
 *   magic "SYOS" · u32 version · u32 CRC-32 of the rest · 1 TracesData · 2 names of processes that exited
 */
import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { processOf, type SpanStarted } from '../../otlp/read-log-events.ts';
import { NO_SCAN_LIMITS } from '../../otlp/scan-limits.ts';
import { SpanScanner } from '../../otlp/scan-traces.ts';
import { frameBytes } from '../../otlp/span-batch.ts';
import { COLUMN, RESOURCE, SCOPE, STRIDE } from '../../otlp/span-columns.ts';
import { ProtobufReader, WIRE } from '../../otlp/wire/protobuf-reader.ts';
import { ProtobufWriter } from '../../otlp/wire/protobuf-writer.ts';
import { writeTraces } from '../../otlp/write-traces.ts';
import type { Host } from '../../pipeline/component.ts';
import { replaceFileAsync } from '../../store/replace-file.ts';
import type { OpenSpansContents } from './open-spans.ts';

const MAGIC = 0x534f5953;
const VERSION = 1;
const HEADER = 12;
const WRITE_AFTER_MS = 90;

export class OpenSpansFile {
  readonly #path: string;
  readonly #host: Host;
  readonly #contents: () => OpenSpansContents;
  #isChanged = false;
  #writing: Promise<void> | undefined;
  #cancel: (() => void) | undefined;
  #hasFailed = false;
  readonly #writeAfterMs: number;

  constructor(
    path: string,
    host: Host,
    contents: () => OpenSpansContents,
    writeAfterMs: number = WRITE_AFTER_MS,
  ) {
    this.#path = path;
    this.#host = host;
    this.#contents = contents;
    this.#writeAfterMs = writeAfterMs;
  }

  /** Never throws. Undefined where there is none, or it is damaged, which is said. */
  read(): { starts: readonly SpanStarted[]; exited: readonly string[] } | undefined {
    try {
      return decode(readFileSync(this.#path));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        this.#host.log.warn({ path: this.#path, error: String(error) }, 'open spans are not read');
      }
      return undefined;
    }
  }

  changed(): void {
    this.#isChanged = true;
    if (this.#writing === undefined) this.#cancel ??= this.#later(this.#writeAfterMs);
  }

  /** Writes what is not written yet. */
  async close(): Promise<void> {
    this.#cancel?.();
    await this.#writing;
    this.#cancel?.();
    if (this.#isChanged) await this.#write();
  }

  #later(ms: number): () => void {
    return this.#host.clock.schedule(ms, () => {
      this.#cancel = undefined;
      const fromMs = this.#host.clock.monotonicMs();
      this.#writing = this.#write().finally(() => {
        this.#writing = undefined;
        const tookMs = this.#host.clock.monotonicMs() - fromMs;
        if (this.#isChanged) this.#cancel = this.#later(Math.max(this.#writeAfterMs, tookMs * 9));
      });
    });
  }

  async #write(): Promise<void> {
    this.#isChanged = false;
    try {
      await replaceFileAsync(this.#path, encode(this.#contents()));
      this.#hasFailed = false;
    } catch (error) {
      if (this.#hasFailed) return;
      this.#hasFailed = true;
      this.#host.log.warn(
        { path: this.#path, error: String(error) },
        'open spans are not written, and would not outlive this process',
      );
    }
  }
}

function encode({ spans, exited }: OpenSpansContents): Uint8Array {
  const traces = writeTraces(spans);
  const writer = new ProtobufWriter(traces.length + 1_024);
  for (let i = 0; i < HEADER; i++) writer.byte(0);
  writer.view(1, traces);
  for (const name of exited) writer.string(2, name);
  const bytes = writer.take();
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, VERSION, true);
  view.setUint32(8, crc32(bytes.subarray(HEADER)), true);
  return bytes;
}

/** @throws on damage */
function decode(bytes: Buffer): { starts: readonly SpanStarted[]; exited: readonly string[] } {
  const isSound =
    bytes.length >= HEADER &&
    bytes.readUInt32LE(0) === MAGIC &&
    bytes.readUInt32LE(4) === VERSION &&
    bytes.readUInt32LE(8) === crc32(bytes.subarray(HEADER));
  if (!isSound) throw new Error('the file is damaged');
  const starts: SpanStarted[] = [];
  const exited: string[] = [];
  const reader = new ProtobufReader(bytes, HEADER);
  while (reader.next()) {
    if (reader.is(1, WIRE.bytes)) starts.push(...startsOf(reader.view()));
    else if (reader.is(2, WIRE.bytes)) exited.push(reader.string());
    else reader.skip();
  }
  return { starts, exited };
}

function startsOf(traces: Uint8Array): SpanStarted[] {
  const batch = new SpanScanner(NO_SCAN_LIMITS);
  const outcome = batch.scan(traces);
  if (outcome.status !== 'ok') throw new Error(outcome.reason);
  const starts: SpanStarted[] = [];
  for (let row = 0; row < batch.count; row++) {
    const at = row * STRIDE;
    const from = batch.rows[at + COLUMN.offset]!;
    const scopeAt = batch.rows[at + COLUMN.scope]! * SCOPE.stride;
    const resourceAt = batch.scopes[scopeAt + SCOPE.resource]! * RESOURCE.stride;
    const frameAt = (words: Uint32Array, first: number) =>
      frameBytes(batch, words[first]!, words[first + 1]!);
    const resource = frameAt(batch.resources, resourceAt + RESOURCE.segmentFirst);
    const scope = frameAt(batch.scopes, scopeAt + SCOPE.segmentFirst);
    const span = traces.subarray(from, from + batch.rows[at + COLUMN.length]!);
    starts.push({
      type: 'start',
      span,
      words: batch.rows.slice(at, at + STRIDE),
      revision: 0,
      frames: { resource, scope, process: processOf(resource) },
    });
  }
  return starts;
}
