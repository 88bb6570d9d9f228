/**
 * The command line: which commands there are, and what becomes of an error.
 *
 * Each command lives in a file of its own that is loaded when it is called. Flags that are configuration
 * keys (all have a dot) are taken out first; what remains is commander's. Exit codes: 0 done, 1 failed, 2
 * the command line or the configuration is wrong. Ends no process except through `process.exitCode`.
 */
import { Command } from 'commander';
import { takeConfigFlags } from '../config/config-flags.ts';
import { nearestName } from '../config/nearest-name.ts';
import { packageVersion } from '../telemetry/package-version.ts';
import { printable } from '../telemetry/printable.ts';
import type { CommandInput } from './command-input.ts';
import { reportError } from './report-error.ts';

/** @param argv without the program and the script */
export async function main(argv: readonly string[]): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    // A reader that goes away (`synton config | head -1`) must not take the service with it.
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  const { flags, rest } = takeConfigFlags(argv);
  try {
    const program = commandLine(flags, rest);
    refuseUnknownCommand(program, rest[0]);
    await program.parseAsync([...rest], { from: 'user' });
  } catch (error) {
    process.exitCode = reportError(error);
  }
}

const CONFIG_OPTION = [
  '--config <file>',
  'configuration file (default: ./config/synton.toml)',
] as const;

const URL_OPTION = [
  '--url <url>',
  'which Synton to ask (default: the configured api.endpoint)',
] as const;

interface AskOptions {
  readonly config?: string;
  readonly url?: string;
  readonly json?: true;
}

interface RunOptions {
  readonly config?: string;
  readonly endpoint?: string;
  readonly api?: string;
  readonly idleExit: string;
  readonly capture?: string;
  readonly quiet?: true;
}

interface DemoOptions {
  readonly config?: string;
  readonly endpoint?: string;
  readonly api?: string;
  readonly seed?: string;
  readonly rate: string;
  readonly for?: string;
  readonly big?: true;
  readonly idleExit: string;
}

const AFTER_HELP = `
Every key of the configuration is a flag as well: --instrument.sample_rate=0.1
and a variable: SYNTON_INSTRUMENT__SAMPLE_RATE=0.1. \`synton config\` lists them all.`;

/** @param rest what is left without flags; what follows `--` in it is the command of `run` */
function commandLine(
  flags: ReadonlyMap<string, string | undefined>,
  rest: readonly string[],
): Command {
  const input = (options: { config?: string }): CommandInput =>
    options.config === undefined ? { flags } : { flags, file: options.config };
  const asked = (options: AskOptions) => ({
    ...input(options),
    ...(options.url !== undefined && { url: options.url }),
    json: options.json === true,
  });
  const program = new Command('synton')
    .description('OpenTelemetry collector, trace store and viewer in one process')
    .version(packageVersion(), '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .addHelpText('after', AFTER_HELP)
    .configureOutput({
      writeErr: (text) => process.stderr.write(`${printableLines(text)}\n`),
    })
    .exitOverride();

  program
    .command('start', { isDefault: true })
    .description('receive, keep, show and forward traces until stopped (the default)')
    .option(...CONFIG_OPTION)
    .option('--json', 'print one line of JSON once ready, instead of text')
    .option('--idle-exit <duration>', 'end after so long without a request, such as 30m')
    .addHelpText('after', AFTER_HELP)
    .action(async (options: { config?: string; json?: true; idleExit?: string }) => {
      const { start } = await import('./start.ts');
      const { idleExit } = options;
      const json = options.json === true;
      await start({ ...input(options), json, ...(idleExit !== undefined && { idleExit }) });
    });

  program
    .command('run')
    .description('run a program, watch what it does, and end as it ends: synton run -- node app.js')
    .argument('[command...]', 'after --: the program and its arguments')
    .option(...CONFIG_OPTION)
    .option(
      '--endpoint <url>',
      'where spans go (default: OTEL_EXPORTER_OTLP_ENDPOINT, or a Synton)',
    )
    .option('--api <url>', 'which Synton to look for (default: the configured api.endpoint)')
    .option('--idle-exit <duration>', 'when a Synton that is started for it ends again', '30m')
    .option('--capture <what>', 'what of calls is kept: args, return, errors, with commas; or all')
    .option('--quiet', 'say nothing at the end')
    .action(async (words: readonly string[], options: RunOptions) => {
      const command = rest.includes('--') ? rest.slice(rest.indexOf('--') + 1) : [];
      if (command.length === 0 || command.length !== words.length)
        program.error('synton: the command goes behind --, such as: synton run -- node app.js');
      const { api, endpoint, idleExit, capture } = options;
      const { run } = await import('./run.ts');
      await run({
        ...input(options),
        ...(api !== undefined && { url: api }),
        ...(endpoint !== undefined && { endpoint }),
        ...(capture !== undefined && { capture }),
        idleExit,
        quiet: options.quiet === true,
        command,
      });
    });

  program
    .command('demo')
    .description('let a made-up shop of six services send traces, to see what Synton shows')
    .option(...CONFIG_OPTION)
    .option(
      '--endpoint <url>',
      'an OTLP/gRPC receiver (default: that of a Synton, or one is started)',
    )
    .option('--api <url>', 'which Synton to look for (default: the configured api.endpoint)')
    .option('--seed <number>', 'the same seed makes the same shop (default: another each time)')
    .option('--rate <number>', 'traces a second', '2')
    .option('--for <duration>', 'such as 5m; 0s: the last hour alone (default: until stopped)')
    .option('--big', 'send a trace of 100,000 spans too')
    .option('--idle-exit <duration>', 'when a Synton that is started for it ends again', '30m')
    .action(async (options: DemoOptions) => {
      const { api, endpoint, seed, rate, for: duration, idleExit } = options;
      const { demo } = await import('./demo.ts');
      process.exitCode = await demo({
        ...input(options),
        ...(api !== undefined && { url: api }),
        ...(endpoint !== undefined && { endpoint }),
        ...(seed !== undefined && { seed }),
        ...(duration !== undefined && { duration }),
        rate,
        idleExit,
        big: options.big === true,
      });
    });

  program
    .command('config')
    .description('print the configuration that holds, and where each value came from')
    .option(...CONFIG_OPTION)
    .option('--json', 'print JSON instead of TOML')
    .action(async (options: { config?: string; json?: true }) => {
      const { printConfig } = await import('./config.ts');
      printConfig({ ...input(options), json: options.json === true });
    });

  program
    .command('health')
    .description('ask a running Synton whether it is ready; exits with 0 or 1')
    .option(...CONFIG_OPTION)
    .option('--url <url>', 'what to ask (default: /ready of the configured api.endpoint)')
    .action(async (options: { config?: string; url?: string }) => {
      const { health } = await import('./health.ts');
      process.exitCode = await health(
        options.url === undefined ? input(options) : { ...input(options), url: options.url },
      );
    });

  program
    .command('stats')
    .description('how things go: services and operations of the last minutes; or what lies on disk')
    .option(...CONFIG_OPTION)
    .option('--last <duration>', 'the time until now', '15m')
    .option(
      '--storage',
      'tell what lies on disk instead, of a running Synton or of the data directory',
    )
    .option('--json', 'print JSON with exact values')
    .option(...URL_OPTION)
    .action(async (options: AskOptions & { last: string; storage?: true }) => {
      const { printStats, printStorage } = await import('./stats.ts');
      if (options.storage === true) await printStorage(asked(options));
      else await printStats({ ...asked(options), last: options.last });
    });

  program
    .command('compact')
    .description('rewrite everything that is closed now, and remove what interrupted work left')
    .option(...CONFIG_OPTION)
    .option('--remove-damaged', 'also remove damaged partitions that were set aside')
    .option('--json', 'print JSON with exact values')
    .option(...URL_OPTION)
    .action(async (options: AskOptions & { removeDamaged?: true }) => {
      const { compact } = await import('./compact.ts');
      const removeDamaged = options.removeDamaged === true;
      process.exitCode = await compact({ ...asked(options), removeDamaged });
    });
  return program;
}

/** Without this, the default command would complain of an argument too many. */
function refuseUnknownCommand(program: Command, word: string | undefined): void {
  const known = ['help', ...program.commands.map((command) => command.name())];
  if (word === undefined || word.startsWith('-') || known.includes(word)) return;
  const nearest = nearestName(word, known);
  const remedy = nearest === undefined ? '`synton --help` lists them' : `did you mean ${nearest}?`;
  program.error(`synton: there is no command ${JSON.stringify(word)}; ${remedy}`);
}

function printableLines(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => printable(line))
    .join('\n');
}
