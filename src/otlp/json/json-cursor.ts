/**
 * A cursor over one JSON text (RFC 8259) in UTF-8 bytes. It owns the grammar and knows no schema; it
 * never builds a value that nobody asked for, and numbers stay text, so that no digit is lost.
 *
 * Nothing here recurses: what is skipped is followed with a list of open containers, bounded by the
 * caller. Invalid UTF-8 inside a string is let through, as it is on the protobuf side.
 */

/** Why and where a text is not what was expected. Internal to otlp/json: callers get an outcome. */
export class InvalidJson extends Error {
  readonly position: number;

  constructor(reason: string, position: number) {
    super(reason);
    this.position = position;
  }
}

export const CHAR = {
  quote: 0x22,
  comma: 0x2c,
  minus: 0x2d,
  dot: 0x2e,
  zero: 0x30,
  nine: 0x39,
  colon: 0x3a,
  openArray: 0x5b,
  backslash: 0x5c,
  closeArray: 0x5d,
  openObject: 0x7b,
  closeObject: 0x7d,
} as const;

export type JsonType = 'object' | 'array' | 'string' | 'number' | 'true' | 'false' | 'null';

const SIMPLE_ESCAPES = new Map<number, number>([
  [0x22, 0x22],
  [0x5c, 0x5c],
  [0x2f, 0x2f],
  [0x62, 8],
  [0x66, 12],
  [0x6e, 10],
  [0x72, 13],
  [0x74, 9],
]);

export class JsonCursor {
  readonly bytes: Uint8Array;
  readonly #end: number;
  offset: number;
  /** The string or number read last, without quotes: [start, end). */
  start = 0;
  end = 0;
  /** The string read last has escapes. */
  escaped = false;

  constructor(bytes: Uint8Array, offset = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.#end = end;
    this.offset = offset;
  }

  /** The type of the value that comes next. */
  type(): JsonType {
    const byte = this.#peek();
    switch (byte) {
      case CHAR.openObject:
        return 'object';
      case CHAR.openArray:
        return 'array';
      case CHAR.quote:
        return 'string';
      case 0x74:
        return 'true';
      case 0x66:
        return 'false';
      case 0x6e:
        return 'null';
      default:
        if (byte === CHAR.minus || isDigit(byte)) return 'number';
        throw this.#unexpected('a value');
    }
  }

  /** Steps into the object or array that comes next. */
  open(): void {
    this.#peek();
    this.offset++;
  }

  /**
   * Steps to the next member or element of the container at hand; false where it ends, and it is closed
   * then. `first` says that nothing was read in it yet.
   */
  more(close: number, first: boolean): boolean {
    const byte = this.#peek();
    if (byte === close) {
      this.offset++;
      return false;
    }
    if (!first) {
      if (byte !== CHAR.comma) throw this.#unexpected(`, or ${String.fromCharCode(close)}`);
      this.offset++;
    }
    return true;
  }

  /** Reads a member's name and the colon. */
  key(): void {
    this.string();
    if (this.#peek() !== CHAR.colon) throw this.#unexpected(':');
    this.offset++;
  }

  /** Reads a string; `start`, `end` and `escaped` describe it. */
  string(): void {
    const { bytes } = this;
    if (this.#peek() !== CHAR.quote) throw this.#unexpected('a string');
    let at = this.offset + 1;
    this.start = at;
    this.escaped = false;
    while (at < this.#end) {
      const byte = bytes[at]!;
      if (byte === CHAR.quote) {
        this.end = at;
        this.offset = at + 1;
        return;
      }
      if (byte < 0x20) throw new InvalidJson('a control character inside a string', at);
      if (byte === CHAR.backslash) {
        this.escaped = true;
        at = this.#escapeEnd(at);
      } else at++;
    }
    throw new InvalidJson('a string that does not end', this.start - 1);
  }

  /** Reads a number; `start` and `end` describe it. */
  number(): void {
    this.#peek();
    let at = this.offset;
    this.start = at;
    if (this.#byteAt(at) === CHAR.minus) at++;
    if (this.#byteAt(at) === CHAR.zero) at++;
    else at = this.#digits(at);
    if (this.#byteAt(at) === CHAR.dot) at = this.#digits(at + 1);
    if ((this.#byteAt(at) | 0x20) === 0x65) {
      at++;
      const sign = this.#byteAt(at);
      if (sign === CHAR.minus || sign === 0x2b) at++;
      at = this.#digits(at);
    }
    this.end = at;
    this.offset = at;
  }

  /** Reads `true`, `false` or `null`. */
  literal(word: 'true' | 'false' | 'null'): void {
    this.#peek();
    for (let i = 0; i < word.length; i++) {
      if (this.#byteAt(this.offset + i) !== word.charCodeAt(i)) throw this.#unexpected(word);
    }
    this.offset += word.length;
  }

  /** The string or number read last, decoded. A lone surrogate becomes U+FFFD. */
  text(): string {
    const view = this.escaped ? this.unescaped() : this.bytes.subarray(this.start, this.end);
    return Buffer.from(view.buffer, view.byteOffset, view.length).toString('utf8');
  }

  /** The UTF-8 bytes of the string read last, escapes resolved. */
  unescaped(): Uint8Array {
    // No escape is shorter than what it stands for.
    const output = Buffer.allocUnsafe(this.end - this.start);
    let length = 0;
    let at = this.start;
    while (at < this.end) {
      const byte = this.bytes[at]!;
      if (byte !== CHAR.backslash) {
        output[length++] = byte;
        at++;
        continue;
      }
      const simple = SIMPLE_ESCAPES.get(this.bytes[at + 1]!);
      if (simple !== undefined) {
        output[length++] = simple;
        at += 2;
        continue;
      }
      const unit = this.#unit(at);
      at += 6;
      let point = unit;
      if (unit >= 0xd800 && unit < 0xe000) {
        const low = unit < 0xdc00 && at + 6 <= this.end ? this.#unit(at) : 0;
        if (low >= 0xdc00 && low < 0xe000) {
          point = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
          at += 6;
        } else point = 0xfffd;
      }
      length += output.write(String.fromCodePoint(point), length, 'utf8');
    }
    return output.subarray(0, length);
  }

  /** Passes over the value that comes next, open containers at most `nestingMax`. */
  skipValue(nestingMax: number): void {
    const closers: number[] = [];
    do {
      const type = this.type();
      let within = false;
      if (type === 'object' || type === 'array') {
        if (closers.length >= nestingMax) throw new InvalidJson('nested too deep', this.offset);
        closers.push(type === 'object' ? CHAR.closeObject : CHAR.closeArray);
        this.open();
        within = this.#step(closers, true);
      } else this.scalar(type);
      while (!within && closers.length > 0) within = this.#step(closers, false);
    } while (closers.length > 0);
  }

  /** Reads a value that is no container. */
  scalar(type: JsonType): void {
    if (type === 'string') this.string();
    else if (type === 'number') this.number();
    else if (type === 'true' || type === 'false' || type === 'null') this.literal(type);
    else throw this.#unexpected('a scalar');
  }

  /** Makes sure that nothing follows. */
  finish(): void {
    if (this.#peek() !== -1) throw this.#unexpected('the end');
  }

  /** Goes to the next value of the innermost container, or closes it and returns false. */
  #step(closers: number[], first: boolean): boolean {
    const close = closers.at(-1)!;
    if (!this.more(close, first)) {
      closers.pop();
      return false;
    }
    if (close === CHAR.closeObject) this.key();
    return true;
  }

  /** The next byte that is no white space, or −1. */
  #peek(): number {
    const { bytes } = this;
    let at = this.offset;
    while (at < this.#end) {
      const byte = bytes[at]!;
      if (byte > 0x20 || (byte !== 0x20 && byte !== 10 && byte !== 13 && byte !== 9)) {
        this.offset = at;
        return byte;
      }
      at++;
    }
    this.offset = at;
    return -1;
  }

  #byteAt(at: number): number {
    return at < this.#end ? this.bytes[at]! : -1;
  }

  #digits(at: number): number {
    let past = at;
    while (isDigit(this.#byteAt(past))) past++;
    if (past === at) throw new InvalidJson('a number that is not one', this.start);
    return past;
  }

  /** Where the escape at `at` ends; its form is checked. */
  #escapeEnd(at: number): number {
    const letter = this.#byteAt(at + 1);
    if (SIMPLE_ESCAPES.has(letter)) return at + 2;
    if (letter === 0x75 && this.#unit(at) >= 0) return at + 6;
    throw new InvalidJson('an escape that is not one', at);
  }

  /** The code unit of the \uXXXX at `at`, or −1. */
  #unit(at: number): number {
    if (this.#byteAt(at) !== CHAR.backslash || this.#byteAt(at + 1) !== 0x75) return -1;
    let unit = 0;
    for (let i = at + 2; i < at + 6; i++) {
      const digit = hexDigit(this.#byteAt(i));
      if (digit < 0) return -1;
      unit = unit * 16 + digit;
    }
    return unit;
  }

  #unexpected(wanted: string): InvalidJson {
    const byte = this.#byteAt(this.offset);
    const found = byte < 0 ? 'the end' : JSON.stringify(String.fromCharCode(byte));
    return new InvalidJson(`expected ${wanted}, found ${found}`, this.offset);
  }
}

function isDigit(byte: number): boolean {
  return byte >= CHAR.zero && byte <= CHAR.nine;
}

/** The value of a hexadecimal digit's character, or −1. */
export function hexDigit(byte: number): number {
  if (isDigit(byte)) return byte - CHAR.zero;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
