/**
 * What the environment says about the instrumentation. A value that is wrong is reported and passed over: it
 * must not stop a program.
 *
 *   SYNTON_ENDPOINT      where spans go, such as http://127.0.0.1:4317
 *   SYNTON_TIER          0 counts of calls, 1 spans of OpenTelemetry alone, 2 functions too (default)
 *   SYNTON_INCLUDE, SYNTON_EXCLUDE   globs of modules, with commas between them
 *   SYNTON_SLOW_MS       a call that takes as long is a span (10)
 *   SYNTON_FIRST_CALLS   so are the first calls of each function (20)
 *   SYNTON_HOT_CALLS     calls a second beyond which a function is only counted (10,000)
 *   SYNTON_CACHE         folder for rewritten modules, or off
 *   SYNTON_CAPTURE       what spans of functions keep: args, return, errors, with commas between them; all; off (default)
 *   SYNTON_INSTRUMENTATIONS   names of libraries to be looked inside of, with commas between them; auto (default); off
 */
type Environment = Readonly<Record<string, string | undefined>>;

export interface RegisterSettings {
  readonly endpoint: string | undefined;
  readonly tier: 0 | 1 | 2;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly slowMs: number;
  readonly firstCalls: number;
  readonly hotCallsPerSecond: number;
  /** Undefined: the user's cache folder. */
  readonly cache: string | undefined;
  readonly capture: CaptureSettings;
  readonly instrumentations: InstrumentationSettings;
  readonly warnings: readonly string[];
}

export const CAPTURE_FORM = 'args, return and errors, with commas between them, or all or off';
const NOTHING_CAPTURED: CaptureSettings = { args: false, return: false, errors: false };

/** What is kept of a call that becomes a span. */
export interface CaptureSettings {
  readonly args: boolean;
  readonly return: boolean;
  /** What an error has of its own beside its name, message and stack. */
  readonly errors: boolean;
}

export interface InstrumentationSettings {
  /** Those that are there, but for what is noise. */
  readonly isAuto: boolean;
  /** Asked for, whether they are there or not. */
  readonly names: readonly string[];
}

const COUNT_MAX = 1_000_000_000;

export function registerSettings(env: Environment): RegisterSettings {
  const warnings: string[] = [];
  const text = (name: string) => env[name]?.trim() || undefined;
  const number = (name: string, initial: number, max = COUNT_MAX, isWhole = true): number => {
    const given = text(name);
    if (given === undefined) return initial;
    const value = Number(given);
    if (value >= 0 && value <= max && (!isWhole || Number.isInteger(value))) return value;
    warnings.push(
      `${name}: expected ${isWhole ? 'a whole number' : 'a number'} from 0 to ${max}; ignored`,
    );
    return initial;
  };
  const capture = captureSettings(text('SYNTON_CAPTURE'));
  if (capture === undefined) warnings.push(`SYNTON_CAPTURE: expected ${CAPTURE_FORM}; ignored`);
  return {
    endpoint: text('SYNTON_ENDPOINT'),
    tier: number('SYNTON_TIER', 2, 2) as 0 | 1 | 2,
    include: globs(text('SYNTON_INCLUDE')),
    exclude: globs(text('SYNTON_EXCLUDE')),
    slowMs: number('SYNTON_SLOW_MS', 10, COUNT_MAX, false),
    firstCalls: number('SYNTON_FIRST_CALLS', 20),
    hotCallsPerSecond: Math.max(1, number('SYNTON_HOT_CALLS', 10_000)),
    cache: text('SYNTON_CACHE'),
    capture: capture ?? NOTHING_CAPTURED,
    instrumentations: instrumentationSettings(text('SYNTON_INSTRUMENTATIONS'), warnings),
    warnings,
  };
}

/** Undefined where the list is none. */
export function captureSettings(list: string | undefined): CaptureSettings | undefined {
  const named = new Set((list ?? 'off').split(',').map((one) => one.trim().toLowerCase()));
  const isWord = named.size === 1;
  if (isWord && named.has('off')) return NOTHING_CAPTURED;
  if (isWord && named.has('all')) return { args: true, return: true, errors: true };
  if (![...named].every((one) => Object.hasOwn(NOTHING_CAPTURED, one))) return undefined;
  return { args: named.has('args'), return: named.has('return'), errors: named.has('errors') };
}

function instrumentationSettings(
  list: string | undefined,
  warnings: string[],
): InstrumentationSettings {
  const named = (list ?? 'auto').split(',').map((one) => one.trim().toLowerCase());
  const names = named.filter((one) => /^[a-z0-9][a-z0-9._-]*$/.test(one));
  if (names.length < named.length) {
    warnings.push('SYNTON_INSTRUMENTATIONS: expected names, with commas between them, auto or off');
  }
  const isOff = names.includes('off');
  return {
    isAuto: !isOff && names.includes('auto'),
    names: isOff ? [] : names.filter((one) => one !== 'auto'),
  };
}

/** Commas within braces separate nothing. */
function globs(list: string | undefined): string[] {
  return (list?.match(/(?:\{[^}]*\}|[^,])+/g) ?? []).map((glob) => glob.trim()).filter(Boolean);
}
