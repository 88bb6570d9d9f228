/** A few keys that are looked for among many attributes, told by their bytes: values of others are not read. */
import { readAttribute } from '../otlp/read-attributes.ts';
import { ProtobufReader } from '../otlp/wire/protobuf-reader.ts';

export class AttributeKeys {
  readonly #byLength = new Map<number, Buffer[]>();

  /** Of less than 128 bytes each. */
  constructor(keys: readonly string[]) {
    for (const key of keys) {
      const ofLength = this.#byLength.get(key.length);
      if (ofLength === undefined) this.#byLength.set(key.length, [Buffer.from(key)]);
      else ofLength.push(Buffer.from(key));
    }
  }

  /** Whether a KeyValue message has one of them. */
  has(attribute: Uint8Array): boolean {
    if (isKeyThenValue(attribute)) {
      const length = attribute[1]!;
      return this.#isOne(attribute, 2, length);
    }
    const key = Buffer.from(readAttribute(new ProtobufReader(attribute)).key);
    return this.#isOne(key, 0, key.length);
  }

  #isOne(bytes: Uint8Array, at: number, length: number): boolean {
    const keys = this.#byLength.get(length);
    return keys?.some((key) => key.equals(bytes.subarray(at, at + length))) === true;
  }
}

/** As every known encoder has it: a key of less than 128 bytes, a value of less than 16 KiB, and no more. */
function isKeyThenValue(attribute: Uint8Array): boolean {
  if (attribute[0] !== 0x0a || attribute[1]! > 127) return false;
  const value = attribute[1]! + 2;
  if (attribute[value] !== 0x12) return false;
  const low = attribute[value + 1]!;
  const high = attribute[value + 2]!;
  if (low < 128) return value + 2 + low === attribute.length;
  return high < 128 && value + 3 + (low & 127) + high * 128 === attribute.length;
}
