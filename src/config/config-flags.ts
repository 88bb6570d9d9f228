/**
 * Takes the flags that are configuration keys out of a command line.
 *
 * Every such flag has a dot in its name, as every key has, so the rest of the command line is left alone:
 * `--instrument.sample_rate=0.1`, `--instrument.sample_rate 0.1`, `--instrument.enabled` (true). The last
 * of several wins. What follows `--` is not read.
 */
import { configKeyRow, isConfigKey } from './config-keys.ts';

export interface ConfigFlags {
  /** Names without dashes; undefined where a flag that needs a value had none. */
  readonly flags: ReadonlyMap<string, string | undefined>;
  /** The other arguments, in order. */
  readonly rest: readonly string[];
}

export function takeConfigFlags(argv: readonly string[]): ConfigFlags {
  const flags = new Map<string, string | undefined>();
  const rest: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i]!;
    if (argument === '--') {
      rest.push(...argv.slice(i));
      break;
    }
    const match = /^--([^=.]+\.[^=]*)(?:=(.*))?$/s.exec(argument);
    if (!match) {
      rest.push(argument);
      continue;
    }
    const name = match[1]!;
    if (match[2] !== undefined) flags.set(name, match[2]);
    else if (!isConfigKey(name)) flags.set(name, undefined);
    else if (configKeyRow(name).kind === 'boolean') flags.set(name, 'true');
    else if (argv[i + 1] === undefined || argv[i + 1]!.startsWith('--')) flags.set(name, undefined);
    else flags.set(name, argv[++i]!);
  }
  return { flags, rest };
}
