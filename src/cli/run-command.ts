/**
 * What may be told of a command line. Arguments hold passwords; told are the executable and, of an interpreter or a package manager,
 * the script it is given.
 */
import { basename, extname } from 'node:path';

const INTERPRETERS = /^(?:node|deno|bun|tsx|ts-node|python|ruby|perl|php|sh|bash|zsh|dash)[\d.]*$/;
const PACKAGE_MANAGERS = /^(?:npm|npx|pnpm|yarn)$/;
/** Of Node; the next word is theirs. */
const WITH_VALUE = /^(?:-r|--require|--import|--loader|--experimental-loader|-C|--conditions)$/;
const WORD = /^[\w@./:-]+$/;

export interface ToldCommand {
  /** Of the span: the first words. */
  readonly name: string;
  readonly serviceName: string;
  readonly executable: string;
  /** As it was written; absent where there is none, or it is not known to be one. */
  readonly script?: string;
}

export function toldCommand([file = '', ...args]: readonly string[]): ToldCommand {
  const executable = basename(file).replace(/\.(?:exe|cmd|bat)$/i, '');
  if (PACKAGE_MANAGERS.test(executable)) {
    const words = args.slice(0, args[0] === 'run' ? 2 : 1).filter((word) => isWord(word));
    const name = [executable, ...words].join(' ');
    return { name, executable, serviceName: words.at(-1) ?? executable };
  }
  const script = INTERPRETERS.test(executable) ? scriptOf(args) : undefined;
  if (script === undefined) return { name: executable, executable, serviceName: executable };
  const serviceName = basename(script, extname(script));
  return { name: `${executable} ${basename(script)}`, executable, serviceName, script };
}

/** The first argument, or what follows options that carry their value; another option may take the next word as its own. */
function scriptOf(args: readonly string[]): string | undefined {
  const first = args.find(
    (word, at) =>
      !/^--[\w-]+=/.test(word) && !WITH_VALUE.test(word) && !WITH_VALUE.test(args[at - 1] ?? ''),
  );
  return first !== undefined && isWord(first) ? first : undefined;
}

function isWord(text: string): boolean {
  return !text.startsWith('-') && WORD.test(text);
}
