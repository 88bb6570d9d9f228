/** The types of the matchers for jest's globals: `import 'synton/testing/jest'` beside `expect.extend(matchers)`. */
import type { RunMatchers } from './matchers.ts';

declare global {
  namespace jest {
    // biome-ignore lint/complexity/noBannedTypes: declarations that merge have the very same parameters
    interface Matchers<R, T = {}> extends RunMatchers<R> {}
  }
}
