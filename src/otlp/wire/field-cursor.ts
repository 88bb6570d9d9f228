/**
 * A cursor over the fields of one protobuf message that a scanner has accepted, for walks over a hundred thousand of them: set anew
 * for each message, it allocates nothing. It says where a value lies and reads none.
 */
import { MalformedProtobuf } from './malformed-protobuf.ts';
import { ProtobufReader, WIRE } from './protobuf-reader.ts';

export class FieldCursor {
  field = 0;
  wireType = 0;
  /** Of the value at hand; of one with a length, behind that. */
  from = 0;
  /** Behind the value. */
  to = 0;
  #bytes: Uint8Array = new Uint8Array(0);
  #end = 0;

  /** Before the first field of a message that lies in [from, end). */
  over(bytes: Uint8Array, from = 0, end: number = bytes.length): this {
    this.#bytes = bytes;
    this.to = from;
    this.#end = end;
    return this;
  }

  /** Steps to the next field; false at the end. @throws MalformedProtobuf, which bytes that were accepted never cause */
  next(): boolean {
    if (this.to >= this.#end) return false;
    const bytes = this.#bytes;
    const start = this.to;
    const tag = bytes[start]!;
    this.wireType = tag & 7;
    if (tag > 127 || this.wireType === WIRE.groupStart) return this.#unusual(start);
    this.field = tag >>> 3;
    let at = start + 1;
    let size = 0;
    switch (this.wireType) {
      case WIRE.fixed64:
        size = 8;
        break;
      case WIRE.fixed32:
        size = 4;
        break;
      default: {
        const from = at;
        let value = 0;
        for (let scale = 1; ; scale *= 128) {
          const byte = bytes[at++]!;
          value += (byte & 127) * scale;
          if (!(byte > 127)) break;
        }
        if (this.wireType === WIRE.varint) {
          size = at - from;
          at = from;
        } else size = value;
      }
    }
    this.from = at;
    this.to = at + size;
    if (!(this.to <= this.#end)) throw new MalformedProtobuf('a field without an end', start);
    return true;
  }

  is(field: number, wireType: number): boolean {
    return this.field === field && this.wireType === wireType;
  }

  /** A number of two bytes and more before the value, or a group. */
  #unusual(start: number): boolean {
    const reader = new ProtobufReader(this.#bytes, start, this.#end);
    reader.next();
    this.field = reader.field;
    this.wireType = reader.wireType;
    if (reader.wireType === WIRE.bytes) {
      const length = reader.pass();
      this.from = reader.offset - length;
    } else {
      this.from = reader.offset;
      reader.skip();
    }
    this.to = reader.offset;
    return true;
  }
}
