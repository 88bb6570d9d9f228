/**
 * Makes a tracker reachable for rewritten modules. A module that is loaded again as it was keeps its rows. Modules that were rewritten in
 * another process bring along what is known of their functions.
 */
import { CALLS_KEY, CAUGHT_ID } from '../rewrite/inserted-text.ts';
import type { RewrittenFunction } from '../rewrite/rewrite-module.ts';
import type { CallFrame } from './call-frame.ts';
import type { CallTracker } from './call-tracker.ts';

/** What the text of a module calls. */
type EnterFunction = (id: number, given?: unknown) => CallFrame | undefined;

export interface InstalledCalls {
  /** Before the module runs. */
  add(path: string, functions: readonly RewrittenFunction[]): void;
}

const NOT_WATCHED: EnterFunction = () => undefined;

/** @param onAdd functions of a module are known that has not run yet */
export function installCalls(tracker: CallTracker, onAdd?: () => void): InstalledCalls {
  const modules = new Map<string, EnterFunction>();
  const signatures = new Map<string, string>();
  const installed: InstalledCalls = {
    add(path, functions) {
      const signature = functions.map(({ name, line }) => `${name}:${line}`).join();
      if (signatures.get(path) === signature) return;
      const first = tracker.table.add(path, functions);
      if (first === undefined) return;
      signatures.set(path, signature);
      onAdd?.();
      modules.set(path, (id, given) => {
        if (id !== CAUGHT_ID) return tracker.enter(first + id, given === true);
        tracker.caught(given, tracker.recordingHere());
        return undefined;
      });
    },
  };
  const calls = {
    module(path: string, functions?: readonly RewrittenFunction[]): EnterFunction {
      if (functions !== undefined) installed.add(path, functions);
      return modules.get(path) ?? NOT_WATCHED;
    },
  };
  Object.defineProperty(Function, CALLS_KEY, { value: calls, configurable: true });
  return installed;
}
