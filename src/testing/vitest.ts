/** The types of the matchers for vitest: `import 'synton/testing/vitest'` beside `expect.extend(matchers)`. */
import type {} from 'vitest';
import type { RunMatchers } from './matchers.ts';

declare module 'vitest' {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown>
    extends RunMatchers<R> {}
}
