/**
 * Node warns on stderr of an event with more listeners than the program allows, ten unless it says so. Ours come on top of those, whatever
 * it allows now or later.
 */
import { EventEmitter } from 'node:events';

/** As many as listen to one event of the process: `beforeExit`, where a processor listens too. */
const OWN_LISTENERS = 2;

export function makeRoomForListeners(): void {
  let given = Reflect.get(process, '_maxListeners') as number | undefined;
  Object.defineProperty(process, '_maxListeners', {
    configurable: true,
    enumerable: Object.prototype.propertyIsEnumerable.call(process, '_maxListeners'),
    get: () => {
      const max = given ?? EventEmitter.defaultMaxListeners;
      // 0 is any number.
      return max === 0 ? 0 : max + OWN_LISTENERS;
    },
    set: (max: number | undefined) => {
      given = max;
    },
  });
}
