/**
 * One minute of statistics as bytes: a version, a CRC-32 of what follows, and a protobuf message of our
 * own. Names come once, cells name them by index. Numbers are varints where they are whole and below
 * 2^32, else doubles: the wire type tells.
 *
 *   0 version u8 · 1 CRC-32 u32 little-endian · 5 message
 *   Minute 1 minute · 2 names (repeated) · 3 cells (repeated)
 *   Cell   1 service · 2 operation · 3 kind · 4 status · 5 count · 6 errors · 7 roots · 8 total · 9 min ·
 *          10 max · 11 sketch
 *   Sketch 1 weight of zero · 2 bins, whole: (gap, weight)* varints · 3 bins: (gap varint, double)* ·
 *          4 lowest bin · 5 highest bin, both before the bins
 *
 * Bounds: decoding refuses more than CELLS_MAX cells and bins out of range, whatever the checksum says.
 */
import { crc32 } from 'node:zlib';
import { ProtobufReader, WIRE } from '../../otlp/wire/protobuf-reader.ts';
import { ProtobufWriter } from '../../otlp/wire/protobuf-writer.ts';
import { DurationSketch } from './duration-sketch.ts';
import { CELLS_MAX, MinuteStatistics, STATUSES, type StatisticsCell } from './minute-statistics.ts';

const VERSION = 1;
const HEADER_BYTES = 5;
const WHOLE_MAX = 2 ** 32;
const KINDS = 4;
/** ⌈log_γ 2^64⌉ at 1 % and some: no duration lies above. */
const BIN_MAX = 2_300;

export function encodeMinute(minute: MinuteStatistics): Uint8Array {
  const writer = new ProtobufWriter(4_096);
  writer.raw(new Uint8Array(HEADER_BYTES));
  writer.uint32(1, minute.minute);
  const names = new Map<string, number>();
  const index = (name: string): number => {
    let at = names.get(name);
    if (at === undefined) {
      at = names.size;
      names.set(name, at);
      writer.string(2, name);
    }
    return at;
  };
  for (const cell of minute.cells()) {
    const service = index(cell.service);
    const operation = index(cell.operation);
    const mark = writer.begin(3);
    writer.uint32(1, service);
    writer.uint32(2, operation);
    writer.uint32(3, cell.kind);
    writer.uint32(4, cell.status);
    writeNumber(writer, 5, cell.count);
    writeNumber(writer, 6, cell.errors);
    writeNumber(writer, 7, cell.roots);
    writeNumber(writer, 8, cell.totalNano);
    writeNumber(writer, 9, cell.minNano);
    writeNumber(writer, 10, cell.maxNano);
    writeSketch(writer, cell.sketch);
    writer.end(mark);
  }
  const bytes = writer.finish();
  bytes[0] = VERSION;
  const checksum = crc32(bytes.subarray(HEADER_BYTES));
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(1, checksum, true);
  return bytes;
}

/** Tells bytes that decode to the same, without decoding them. */
export function checksumOfMinute(bytes: Uint8Array): string {
  if (bytes.length < HEADER_BYTES) return '';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return `${bytes.length} ${view.getUint32(1, true)}`;
}

/** Undefined where the bytes are damaged or of a version that is not ours. */
export function decodeMinute(bytes: Uint8Array): MinuteStatistics | undefined {
  if (bytes.length < HEADER_BYTES || bytes[0] !== VERSION) return undefined;
  const expected = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1, true);
  const message = bytes.subarray(HEADER_BYTES);
  if (crc32(message) !== expected) return undefined;
  const reader = new ProtobufReader(message);
  const names: string[] = [];
  let minute: MinuteStatistics | undefined;
  let cells = 0;
  while (reader.next()) {
    if (reader.is(1, WIRE.varint)) minute = new MinuteStatistics(reader.uint32());
    else if (reader.is(2, WIRE.bytes)) names.push(reader.string());
    else if (reader.is(3, WIRE.bytes)) {
      const cell = readCell(reader.message(), names);
      if (!cell || !minute || ++cells > CELLS_MAX) return undefined;
      minute.mergeCell(cell, true);
    } else reader.skip();
  }
  return minute;
}

function writeNumber(writer: ProtobufWriter, field: number, value: number): void {
  if (value === 0) return;
  if (value < WHOLE_MAX && Number.isInteger(value)) writer.uint32(field, value);
  else writer.double(field, value);
}

function readNumber(reader: ProtobufReader): number {
  return reader.wireType === WIRE.varint ? reader.uint32() : reader.double();
}

function writeSketch(writer: ProtobufWriter, sketch: DurationSketch): void {
  let whole = true;
  let low = -1;
  let high = 0;
  sketch.eachBin((index, weight) => {
    if (low < 0) low = index;
    high = index;
    if (weight >= WHOLE_MAX || !Number.isInteger(weight)) whole = false;
  });
  const mark = writer.begin(11);
  writeNumber(writer, 1, sketch.zeroWeight);
  if (low >= 0) {
    writer.uint32(4, low);
    writer.uint32(5, high);
    writeBins(writer, sketch, whole);
  }
  writer.end(mark);
}

function writeBins(writer: ProtobufWriter, sketch: DurationSketch, whole: boolean): void {
  const bins = writer.begin(whole ? 2 : 3);
  let before = 0;
  sketch.eachBin((index, weight) => {
    writer.varint(index - before);
    before = index;
    if (whole) writer.varint(weight);
    else {
      writer.reserve(8);
      writer.offset = writer.bytes.writeDoubleLE(weight, writer.offset);
    }
  });
  writer.end(bins);
}

function readSketch(reader: ProtobufReader, sketch: DurationSketch): boolean {
  let low = 0;
  while (reader.next()) {
    if (reader.field === 1) sketch.addZero(readNumber(reader));
    else if (reader.is(4, WIRE.varint)) low = reader.uint32();
    else if (reader.is(5, WIRE.varint)) {
      const high = reader.uint32();
      if (low > high || high > BIN_MAX) return false;
      sketch.reserve(low, high);
    } else if (reader.is(2, WIRE.bytes) || reader.is(3, WIRE.bytes)) {
      const whole = reader.field === 2;
      const bins = reader.message();
      let index = 0;
      while (bins.offset < bins.end) {
        index += bins.uint32();
        if (index > BIN_MAX) return false;
        sketch.addBin(index, whole ? bins.uint32() : bins.double());
      }
    } else reader.skip();
  }
  return true;
}

function readCell(reader: ProtobufReader, names: readonly string[]): StatisticsCell | undefined {
  const numbers = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  const sketch = new DurationSketch();
  while (reader.next()) {
    if (reader.is(11, WIRE.bytes)) {
      if (!readSketch(reader.message(), sketch)) return undefined;
    } else if (reader.field <= 10) numbers[reader.field] = readNumber(reader);
    else reader.skip();
  }
  const service = names[numbers[1]!];
  const operation = names[numbers[2]!];
  const kind = numbers[3]!;
  const status = numbers[4]!;
  if (service === undefined || operation === undefined) return undefined;
  if (kind >= KINDS || status >= STATUSES.length) return undefined;
  return {
    service,
    operation,
    kind,
    status,
    count: numbers[5]!,
    errors: numbers[6]!,
    roots: numbers[7]!,
    totalNano: numbers[8]!,
    minNano: numbers[9]!,
    maxNano: numbers[10]!,
    sketch,
  };
}
