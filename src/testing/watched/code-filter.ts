/**
 * Which modules of a project are watched while it is tested: as `synton/register` has it, but for the tests. What these call is
 * told; that a test calls it is known. Where modules are named (SYNTON_INCLUDE), those are watched, whatever they are.
 */
import { isOwnModule, moduleFilter, programRoot } from '../../register/hooks/module-filter.ts';
import { testFiles } from './test-files.ts';

export interface FilterOptions {
  /** Globs from the project's folder. @default all below it but for tests and what is in `node_modules` */
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
}

/** Of absolute paths. @param folder of the project, or one in it */
export function codeFilter(
  folder: string,
  { include = [], exclude = [] }: FilterOptions,
): (path: string) => boolean {
  const root = programRoot(folder);
  const isWatched = moduleFilter({ root, include, exclude });
  const isTest = testFiles(root);
  return (path) => !isOwnModule(path) && isWatched(path) && (include.length > 0 || !isTest(path));
}
