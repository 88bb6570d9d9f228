/** Which calls of watched functions a recording tells. */
import { programRoot } from '../register/hooks/module-filter.ts';
import { ANONYMOUS } from '../tracing/trace-options.ts';
import type { CalledFunction } from './recording-registry.ts';
import { spanNameTest } from './span-name.ts';
import { testFiles } from './watched/test-files.ts';

/** `'named'`: those that the source gives a name. A RegExp is matched with names such as `charge` and `Cart#total`. */
export type FunctionChoice = 'all' | 'named' | 'none' | RegExp;

type FunctionTest = (call: CalledFunction) => boolean;

/** Of a watcher that watches tests too: without those. */
export function withoutTests(isWanted: FunctionTest): FunctionTest {
  const isTest = testFiles(programRoot(process.cwd()));
  const known = new Map<string, boolean>();
  return (call) => {
    let isOne = known.get(call.file);
    if (isOne === undefined) {
      isOne = isTest(call.file);
      known.set(call.file, isOne);
    }
    return !isOne && isWanted(call);
  };
}

/** @throws TypeError where it is none of them */
export function functionTest(choice: FunctionChoice = 'all'): FunctionTest {
  if (choice === 'all') return () => true;
  if (choice === 'none') return () => false;
  if (choice === 'named') return ({ name }) => name !== ANONYMOUS;
  if (!(choice instanceof RegExp)) {
    throw new TypeError("record: functions must be 'all', 'named', 'none' or a RegExp");
  }
  const fits = spanNameTest(choice);
  return ({ name }) => fits(name);
}
