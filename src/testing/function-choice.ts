/** Which calls of watched functions a recording tells. */
import { ANONYMOUS } from '../tracing/trace-options.ts';
import type { CalledFunction } from './recording-registry.ts';
import { spanNameTest } from './span-name.ts';

/** `'named'`: those that the source gives a name. A RegExp is matched with names such as `charge` and `Cart#total`. */
export type FunctionChoice = 'all' | 'named' | 'none' | RegExp;

/** @throws TypeError where it is none of them */
export function functionTest(choice: FunctionChoice = 'all'): (call: CalledFunction) => boolean {
  if (choice === 'all') return () => true;
  if (choice === 'none') return () => false;
  if (choice === 'named') return ({ name }) => name !== ANONYMOUS;
  if (!(choice instanceof RegExp)) {
    throw new TypeError("record: functions must be 'all', 'named', 'none' or a RegExp");
  }
  const fits = spanNameTest(choice);
  return ({ name }) => fits(name);
}
