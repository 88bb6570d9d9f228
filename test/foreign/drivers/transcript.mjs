/**
 * What a driver prints: a line of JSON for each call, with all that became of it. Two runs of one program print the
 * same, whether its functions are watched or not.
 */
import { inspect } from 'node:util';

Error.stackTraceLimit = 30;

const FRAME = /^\s+(?:at |\.\.\. \d+ lines matching)/;
/** Packages, and bundles of them. */
const OTHERS = /\S*(?:node_modules|foreign-programs-\w+)\//;
const SHOWN = {
  depth: 5,
  breakLength: Number.POSITIVE_INFINITY,
  compact: true,
  maxArrayLength: 300,
  maxStringLength: 20_000,
};

const HTTP_DATE = /\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT/g;

/** Contexts of OpenTelemetry that a watched program runs in. */
const TRACING = /node_modules\/@opentelemetry\//;

/** Whether frames behind an await are shown. */
let hasAsyncFrames = true;

/** For a driver whose package returns promises from async functions: they are watched, and V8 shows what awaits them no more. */
export function leaveOutAsyncFrames() {
  hasAsyncFrames = false;
}

/** A frame of a package, without columns; of any other only what closes the value that it stands in. */
function frame(line) {
  const closing = /[\s\]},]*$/.exec(line)[0];
  if (!OTHERS.test(line) || TRACING.test(line) || (!hasAsyncFrames && line.includes(' at async ')))
    return closing;
  const text = line
    .replace(OTHERS, '(…/')
    .replaceAll(/(:\d+):\d+/g, '$1')
    .replaceAll(/[()]/g, '');
  // A function without a name is named by V8 for what stands about it, by chance too.
  return `\n${text.replace(/ (?:[^\s.]+\.){2,}[^\s.]+(?= …)/, '')}`;
}

/** As a person sees it: names of functions and classes, and of a stack the frames of packages. */
function shown(value) {
  const text = inspect(value, SHOWN).replace(HTTP_DATE, 'DATE');
  const lines = text.split('\n');
  // How deep the stack was is chance.
  const isTooDeep = text.includes('Maximum call stack size exceeded');
  return lines
    .filter((line) => !isTooDeep || !/^\s/.test(line))
    .map((line, at) => (FRAME.test(line) ? frame(line) : `${at === 0 ? '' : '\n'}${line}`))
    .join('');
}

function print(label, became, value) {
  process.stdout.write(`${JSON.stringify([label, became, shown(value)])}\n`);
}

/** Calls, and tells what was returned or thrown; of a promise what it settled to, once it has. */
export function tell(label, call) {
  let result;
  try {
    result = call();
  } catch (error) {
    print(label, 'threw', error);
    return undefined;
  }
  if (!(result instanceof Promise) && typeof result?.then !== 'function') {
    print(label, 'gave', result);
    return result;
  }
  return Promise.resolve(result).then(
    (value) => {
      print(label, 'resolved', value);
      return value;
    },
    (error) => print(label, 'rejected', error),
  );
}

/** The functions that a module gives out, with what can be seen of each from outside. */
export function surface(label, target, depth = 2, seen = new Set()) {
  if (target === null || seen.has(target) || depth < 0) return;
  if (typeof target !== 'object' && typeof target !== 'function') return;
  seen.add(target);
  for (const key of Reflect.ownKeys(target)) {
    const { value, get, set, enumerable } = Object.getOwnPropertyDescriptor(target, key);
    const name = `${label}.${String(key)}`;
    for (const [kind, one] of Object.entries({ value, get, set })) {
      if (typeof one !== 'function') continue;
      const own = Reflect.ownKeys(one).map(String);
      const isClass = /^class\b/.test(Function.prototype.toString.call(one));
      print(name, kind, [one.name, one.length, enumerable, isClass, own]);
    }
    surface(name, value, depth - 1, seen);
  }
}

/** Every function of a module with every list of arguments; those of `except` are left out. */
export function callAll(label, target, lists, except = /^$/) {
  for (const key of Object.keys(target).sort()) {
    const call = target[key];
    if (typeof call !== 'function' || except.test(key)) continue;
    for (const [at, args] of lists.entries()) tell(`${label}.${key} ${at}`, () => call(...args()));
  }
}

/** What an iterable yields, at most `max` of it; its consumer leaves it then. */
export async function taken(iterable, max = 50) {
  const items = [];
  for await (const item of iterable) {
    items.push(item);
    if (items.length >= max) break;
  }
  return items;
}

/** Numbers that look random and are the same each time. */
export function numbers(seed = 1) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
}
