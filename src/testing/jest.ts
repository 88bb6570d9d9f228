/** The types of the matchers for jest's globals: `import 'synton/testing/jest'` beside `expect.extend(matchers)`. */
import type { RunMatchers } from './matchers.ts';

declare global {
  namespace jest {
    interface Matchers<R, T = object> extends RunMatchers<R> {}
  }
}
