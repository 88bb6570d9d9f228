/**
 * What a URL or a caller gave, read one parameter at a time, each with an error that says what was
 * expected. It takes an object of strings, numbers, bigints and lists of those. Names are checked at
 * once, as a misspelt filter that is passed over would give a wrong answer. Empty means absent.
 */
import { InvalidParameter } from '../../model/errors.ts';
import { parseSpanId, parseTraceId, type SpanId, type TraceId } from '../../model/ids.ts';
import type { TimeRange } from '../../store/contracts/trace-reader.ts';
import { parseDuration } from './parse-duration.ts';
import { parseTime } from './parse-time.ts';

const VALUES_MAX = 64;

export class RawParams {
  readonly #values = new Map<string, readonly string[]>();

  /** @throws InvalidParameter on a name that is not `known` */
  constructor(raw: unknown, known: readonly string[]) {
    if (raw === undefined || raw === null) return;
    if (typeof raw !== 'object' || Array.isArray(raw)) {
      throw new InvalidParameter('parameters', 'expected an object of names and values');
    }
    for (const [name, given] of Object.entries(raw)) {
      const values = textsOf(name, given);
      if (values.length === 0) continue;
      if (!known.includes(name)) {
        const names = known.length > 0 ? `known are ${known.join(', ')}` : 'none is known here';
        throw new InvalidParameter(shown(name), `unknown parameter; ${names}`);
      }
      this.#values.set(name, values);
    }
  }

  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  text(name: string): string | undefined {
    const values = this.all(name);
    if (values.length > 1) throw new InvalidParameter(name, 'expected once');
    return values[0];
  }

  /** @throws InvalidTraceId */
  traceId(name = 'trace_id'): TraceId {
    return parseTraceId(this.text(name) ?? '');
  }

  spanId(name: string): SpanId | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const id = parseSpanId(text);
    if (id === undefined) {
      throw new InvalidParameter(name, `expected 16 hexadecimal digits, got ${shown(text)}`);
    }
    return id;
  }

  integer(name: string, min: number, max: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) {
      throw new InvalidParameter(
        name,
        `expected a whole number from ${min} to ${max}, got ${shown(text)}`,
      );
    }
    return value;
  }

  /** In any case; the result is spelt as in `choices`. */
  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const found = choices.find((choice) => choice.toLowerCase() === text.toLowerCase());
    if (found === undefined) {
      throw new InvalidParameter(name, `expected one of ${choices.join(', ')}, got ${shown(text)}`);
    }
    return found;
  }

  durationNano(name: string): bigint | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const nanos = parseDuration(text);
    if (nanos === undefined) {
      throw new InvalidParameter(
        name,
        `expected a number with a unit (ns, us, ms, s, m, h, d) such as 200ms, got ${shown(text)}`,
      );
    }
    return nanos;
  }

  unixNano(name: string): bigint | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const nanos = parseTime(text);
    if (nanos === undefined) {
      throw new InvalidParameter(
        name,
        `expected a time such as 2026-01-02T03:04:05Z or nanoseconds since 1970, got ${shown(text)}`,
      );
    }
    return nanos;
  }

  /**
   * `from` and `to`, or `last` before now; what is missing of a range begun with `from` or `to` is now, or
   * `defaultNano` before its end.
   */
  range(nowUnixNano: bigint, defaultNano: bigint): TimeRange {
    const last = this.durationNano('last');
    const from = this.unixNano('from');
    const to = this.unixNano('to');
    if (last !== undefined && (from !== undefined || to !== undefined)) {
      throw new InvalidParameter('last', 'expected instead of from and to, not beside them');
    }
    if (last === 0n) throw new InvalidParameter('last', 'expected more than nothing');
    const toUnixNano = to ?? nowUnixNano;
    const begin = from ?? toUnixNano - (last ?? defaultNano);
    const fromUnixNano = begin > 0n ? begin : 0n;
    if (fromUnixNano >= toUnixNano) throw new InvalidParameter('from', 'expected a time before to');
    return { fromUnixNano, toUnixNano };
  }
}

function textsOf(name: string, given: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (list.length > VALUES_MAX) {
    throw new InvalidParameter(shown(name), `expected at most ${VALUES_MAX} values`);
  }
  const texts = list.map((value) => {
    if (value === undefined || value === null) return '';
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'bigint') return String(value);
    throw new InvalidParameter(shown(name), 'expected text or a number');
  });
  return texts.filter((text) => text !== '');
}

function shown(text: string): string {
  return JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}…` : text);
}
