/** Which modules are tests: what node:test, vitest, jest and mocha take for them, and what lies beside them in their folders. */
import { basename, relative, sep } from 'node:path';
import { entryPath } from '../../register/entry-path.ts';

const FOLDER = /(?:^|\/)(?:tests?|spec|__tests__)\//;
const NAME = /(?:^|[/._-])(?:test|spec)\.[cm]?[jt]sx?$|(?:^|\/)test-[^/]*$/;

/** Of absolute paths. @param root of the program that is tested */
export function testFiles(root: string): (path: string) => boolean {
  // With node:test that is a test, whatever its name.
  const entry = entryPath();
  return (path) => {
    if (path === entry) return true;
    const fromRoot = relative(root, path);
    // Folders that the whole program lies in say nothing of it.
    const own = fromRoot.startsWith('..') ? basename(path) : fromRoot;
    const slashed = sep === '/' ? own : own.replaceAll(sep, '/');
    return FOLDER.test(slashed) || NAME.test(slashed);
  };
}
