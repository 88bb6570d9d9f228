/** Where the command lies for tests that run what is written now, without a build. */
import { join } from 'node:path';

export const SOURCE_BIN: string = join(import.meta.dirname, '../../src/bin.ts');
