/**
 * Rows that may have an attribute with a value that reads as a text: of the columns under that key, of raw
 * spans all, and of resources those whose frame has it.
 */
import { type Attribute, scalarText } from '../../model/attribute.ts';
import { readResourceFrame } from '../../otlp/read-frames.ts';
import type { BlockEnvelopes } from './block-envelopes.ts';
import type { BlockLayout } from './block-layout.ts';
import type { BlockRows } from './block-rows.ts';
import { DamagedBlock } from './damaged-block.ts';
import type { OpColumn } from './op-column.ts';
import { numberOf, OP, PLACE, typeOf, VALUE } from './shape-ops.ts';
import { RAW_SHAPE } from './shape-trie.ts';
import type { StringColumn } from './string-column.ts';
import { wideText } from './wide-int.ts';

/** One byte a row, not 0 for a candidate. @throws DamagedBlock */
export function attributeRows(
  layout: BlockLayout,
  rows: BlockRows,
  envelopes: BlockEnvelopes,
  key: string,
  text: string,
): Uint8Array {
  const found = new Uint8Array(rows.count);
  // Checks that columns are as long as they say, before any of them is opened.
  const { shapes } = rows;
  markResources(layout, envelopes, found, key, text);
  const matches: (Uint8Array | undefined)[] = [];
  for (const [op, column] of layout.ops.entries())
    if (isUnder(column, key)) matches[op] = matchesOf(column, text);
  const wanted = layout.shapes.map(({ ops }) => [...ops].filter((op) => matches[op]));
  const next = new Uint32Array(layout.ops.length);
  for (let row = 0; row < rows.count; row++) {
    const shape = shapes[row]!;
    if (shape === RAW_SHAPE) found[row] = 1;
    for (const op of wanted[shape]!) {
      if (matches[op]![next[op]!] !== 0) found[row] = 1;
      next[op] = next[op]! + 1;
    }
  }
  return found;
}

function isUnder({ code, key, count }: OpColumn, wanted: string): boolean {
  return (
    count > 0 &&
    typeOf(code) === OP.attribute &&
    numberOf(code) >> 3 === PLACE.span &&
    Buffer.from(key.buffer, key.byteOffset, key.length).toString() === wanted
  );
}

/** One byte a value; undefined where none is the text. */
function matchesOf(column: OpColumn, text: string): Uint8Array | undefined {
  switch (numberOf(column.code) & 7) {
    case VALUE.string:
      return stringMatches(column.strings, (bytes, wanted) => bytes.equals(wanted), text);
    case VALUE.wide:
      return stringMatches(column.strings, (bytes) => wideText(bytes) === text, text);
    case VALUE.bool:
      return numberMatches(column.numbers, text === 'true' ? 1 : text === 'false' ? 0 : Number.NaN);
    case VALUE.int:
      return numberMatches(
        column.numbers,
        /^(?:0|[1-9]\d*)$/.test(text) ? Number(text) : Number.NaN,
      );
    case VALUE.double:
      return doubleMatches(column, text);
    default:
      return undefined;
  }
}

function stringMatches(
  strings: StringColumn,
  isMatch: (bytes: Buffer, wanted: Buffer) => boolean,
  text: string,
): Uint8Array | undefined {
  const wanted = Buffer.from(text);
  // What was no UTF-8 is read with U+FFFD in its place, so that such a text may stand for other bytes.
  const isMended = text.includes('\ufffd');
  const matching = new Uint8Array(strings.size);
  let any = false;
  for (let i = 0; i < strings.size; i++) {
    strings.seek(i);
    const bytes = Buffer.from(
      strings.bytes.buffer,
      strings.bytes.byteOffset + strings.start,
      strings.length,
    );
    if (!isMatch(bytes, wanted) && !(isMended && bytes.toString() === text)) continue;
    matching[i] = 1;
    any = true;
  }
  if (!any) return undefined;
  const { indexes } = strings;
  const out = new Uint8Array(indexes.length);
  for (let i = 0; i < out.length; i++) out[i] = matching[indexes[i]!]!;
  return out;
}

function numberMatches(numbers: Float64Array, wanted: number): Uint8Array | undefined {
  if (Number.isNaN(wanted)) return undefined;
  return Uint8Array.from(numbers, (value) => (value === wanted ? 1 : 0));
}

function doubleMatches({ doubles, count }: OpColumn, text: string): Uint8Array | undefined {
  const wanted = Number(text);
  if (String(wanted) !== text) return undefined;
  const view = new DataView(doubles.buffer, doubles.byteOffset, doubles.length);
  const out = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const value = view.getFloat64(i * 8, true);
    // 0 and −0 read alike, and so does every NaN.
    out[i] = value === wanted || (Number.isNaN(value) && Number.isNaN(wanted)) ? 1 : 0;
  }
  return out;
}

function markResources(
  layout: BlockLayout,
  envelopes: BlockEnvelopes,
  found: Uint8Array,
  key: string,
  text: string,
): void {
  const { frames } = layout.resources;
  const has = Array.from({ length: frames.size }, (_, frame) =>
    attributesOf(frames.entry(frame)).some(
      (attribute) => attribute.key === key && scalarText(attribute.value) === text,
    ),
  );
  for (let scope = 0, row = 0; scope < envelopes.scopeEnds.length; scope++) {
    const frame = envelopes.resourceFrames[envelopes.resourceOf[scope]!]!;
    if (has[frame]) found.fill(1, row, envelopes.scopeEnds[scope]!);
    row = envelopes.scopeEnds[scope]!;
  }
}

function attributesOf(frame: Uint8Array): readonly Attribute[] {
  try {
    return readResourceFrame(frame).attributes;
  } catch (cause) {
    throw new DamagedBlock('a resource frame of a column block is none', { cause });
  }
}
