/** Where a file of an installed package belongs: by its path alone. */
import { createRequire } from 'node:module';

export interface PackageFile {
  /** Of the package, with its scope. */
  readonly name: string;
  /** Absolute, of the package. */
  readonly folder: string;
}

const FOLDER = /^(.*[\\/]node_modules[\\/])((?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/;

/** Undefined for a file of no installed package. */
export function packageOf(path: string): PackageFile | undefined {
  const found = FOLDER.exec(path);
  if (found === null) return undefined;
  const [, above, name] = found as unknown as [string, string, string];
  return { name: name.replaceAll('\\', '/'), folder: above + name };
}

/** Whether `require` of the package gives this file. */
export function isMainFile({ name, folder }: PackageFile, path: string): boolean {
  try {
    return createRequire(`${folder}/`).resolve(name) === path;
  } catch {
    return false;
  }
}
