/**
 * Loaders that make JavaScript of something else have to be there before us: hooks run in the reverse order of
 * their registration, and we can only watch what they have made.
 */

const TRANSFORMING =
  /^(?:tsx|ts-node|@swc-node\/register|@esbuild-kit\/|esbuild-register|sucrase\/register|@babel\/register|jiti\/register)/;
const FLAG = /^(?:--import|--require|-r|--loader|--experimental-loader)(?:=(.*))?$/;
const OURS = /(?:^|[\\/])synton[\\/]register$|[\\/]register[\\/]index\.[jt]s$/;

/** The first such loader that comes after us on the command line; undefined where all is well. @param flags in their order */
export function loaderAfter(flags: readonly string[]): string | undefined {
  let isAfter = false;
  for (let index = 0; index < flags.length; index++) {
    const found = FLAG.exec(flags[index]!);
    if (found === null) continue;
    const module = found[1] ?? flags[++index] ?? '';
    if (OURS.test(module)) isAfter = true;
    else if (isAfter && TRANSFORMING.test(module.replace(/^.*node_modules[\\/]/, '')))
      return module;
  }
  return undefined;
}

/** The flags of NODE_OPTIONS come before those of the command line. */
export function flagsOf(execArgv: readonly string[], nodeOptions: string | undefined): string[] {
  return [...(nodeOptions?.match(/\S+/g) ?? []), ...execArgv];
}
