/**
 * Which modules of a project are watched while it is tested: as `synton/register` has it, but for the tests. What these call is
 * told; that a test calls it is known. Where modules are named (SYNTON_INCLUDE), those are watched, whatever they are.
 */
import { relative, sep } from 'node:path';
import { isOwnModule, moduleFilter, programRoot } from '../../register/hooks/module-filter.ts';

export interface FilterOptions {
  /** Globs from the project's folder. @default all below it but for tests and what is in `node_modules` */
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
}

/** What node:test, vitest, jest and mocha take for tests, and what lies beside them. */
const TEST_FOLDER = /(?:^|\/)(?:tests?|spec|__tests__)\//;
const TEST_NAME = /(?:^|[/._-])(?:test|spec)\.[cm]?[jt]sx?$|(?:^|\/)test-[^/]*$/;

/** Of absolute paths. @param folder of the project, or one in it @param entry what is run: a test */
export function codeFilter(
  folder: string,
  { include = [], exclude = [] }: FilterOptions,
  entry?: string,
): (path: string) => boolean {
  const root = programRoot(folder);
  const isWatched = moduleFilter({ root, include, exclude });
  return (path) => {
    if (isOwnModule(path) || !isWatched(path)) return false;
    return include.length > 0 || (path !== entry && !isTest(relative(root, path)));
  };
}

function isTest(path: string): boolean {
  const slashed = sep === '/' ? path : path.replaceAll(sep, '/');
  return TEST_FOLDER.test(slashed) || TEST_NAME.test(slashed);
}
