/** The README and what it links to: every command, table, link and example in them is held to what is so. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
import { CONFIG_KEY_NAMES, configKeyRow } from '../../src/config/config-keys.ts';
import { DROP_REASONS } from '../../src/telemetry/counters.ts';
import { parseMermaid } from '../support/parse-mermaid.ts';
import { fenced, fencedBlocks, ROOT, readmePart, readReadme } from '../support/readme.ts';
import { SYSTEM_PORTS, spawnSynton, temporaryFolder } from '../unit/cli/synton-process.ts';
import { sourceFiles } from './source-tree.ts';

const DOCUMENTS: readonly { readonly path: string; readonly text: string }[] = [
  ...['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md'].map((path) => ({
    path,
    text: readFileSync(join(ROOT, path), 'utf8'),
  })),
  ...sourceFiles(['docs'], '.md'),
];

/** Lines of the README's shell blocks, in order. */
function commands(): readonly string[] {
  return fencedBlocks(readReadme())
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.trim().split('\n'));
}

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const build = readFileSync(join(ROOT, '.ci/run'), 'utf8');

/** A folder that looks like a fresh clone, built: what is written in it stays in it. */
function cloned(): string {
  const folder = temporaryFolder();
  for (const name of readdirSync(ROOT)) {
    if (name !== 'data') symlinkSync(join(ROOT, name), join(folder, name));
  }
  return folder;
}

interface Ran {
  readonly child: ChildProcess;
  /** Resolves with the output so far, once it matches. */
  readonly until: (pattern: RegExp) => Promise<string>;
  readonly finished: Promise<{ readonly code: number | null; readonly output: string }>;
}

const BIN_FIRST = `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH']}`;
const ANY_PORTS = {
  SYNTON_RECEIVERS__OTLP__GRPC__ENDPOINT: '127.0.0.1:0',
  SYNTON_RECEIVERS__OTLP__HTTP__ENDPOINT: '127.0.0.1:0',
  SYNTON_API__ENDPOINT: '127.0.0.1:0',
};

function shell(command: string, cwd: string, env: Readonly<Record<string, string>> = {}): Ran {
  const child = spawn('sh', ['-c', command], {
    cwd,
    env: { PATH: BIN_FIRST, HOME: cwd, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  onTestFinished(() => stop(child, 'SIGKILL'));
  let output = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      child.emit('written');
    });
  }
  const finished = new Promise<{ code: number | null; output: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, output }));
  });
  const until = (pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const look = () => pattern.test(output) && resolve(output);
      child.on('written', look);
      child.on('close', () => reject(new Error(`${command} ended: ${output}`)));
      look();
    });
  return { child, until, finished };
}

/** The whole group: what npm started goes with it. */
function stop(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-child.pid!, signal);
  } catch {
    // It has ended.
  }
}

/** `npm ci` is the build's own first step, and building is done: what is left is to start. */
function startCommand(command: string): string {
  expect(build).toContain('step npm ci\n');
  return command.replace('npm ci && ', '').replace('npm start', 'npm start --ignore-scripts');
}

/** Starts a service as the README says and answers with its addresses. */
async function started(command: string, cwd: string): Promise<{ api: string; grpc: string }> {
  const service = shell(startCommand(command), cwd, ANY_PORTS);
  const said = await service.until(/is ready[\s\S]*OTEL_EXPORTER_OTLP_ENDPOINT/);
  const address = (name: string) => new RegExp(`${name} +(?:http://)?(\\S+)`).exec(said)![1]!;
  return { api: `http://${address('API')}`, grpc: `http://${address('OTLP/gRPC')}` };
}

/** What becomes of each command: run in full, one after the other, but for the few that are looked at. */
const LOOKED_AT: readonly (readonly [RegExp, (match: RegExpExecArray) => void])[] = [
  [/^npm ci && npm test$/, () => expect(build).toContain('step npm test\n')],
  [
    /^npm run (lint|typecheck|knip|publint|bench)$/,
    ([, script]) => {
      expect(manifest.scripts).toHaveProperty(script!);
      expect(build).toContain(
        script === 'bench' ? 'for script in fuzz bench' : `npm run ${script}`,
      );
    },
  ],
  [
    /^export OTEL_EXPORTER_OTLP_ENDPOINT=http:\/\/localhost:(\d+)$/,
    ([, port]) => {
      const { grpc, http } = loadConfig({ cwd: temporaryFolder(), env: {} }).config.receivers.otlp;
      expect([grpc.port, http.port]).toContain(Number(port));
    },
  ],
  [/^export OTEL_EXPORTER_OTLP_PROTOCOL=(?:grpc|http\/protobuf)$/, () => {}],
  [
    /^docker run -p 16686:16686 -p (\d+):4317 (\S+)$/,
    ([, port, image]) => {
      const example = readFileSync(join(ROOT, 'config/examples/forward-to-jaeger.toml'), 'utf8');
      expect(example).toContain(`-p ${port}:4317 ${image}`);
      expect(readReadme()).toContain(`endpoint = "http://localhost:${port}"`);
      expect(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8')).toContain(`image: ${image}`);
    },
  ],
  [/^docker compose up --build$/, () => expect(existsSync(join(ROOT, 'Dockerfile'))).toBe(true)],
];
const STARTS = /^(?:SYNTON_\w+=\S+ )?(?:npm ci && )?npm start\b(?! -- (?:config|stats|compact)\b)/;

test('every command of the README does what it says', async () => {
  const cwd = cloned();
  const [first, ...rest] = commands();
  const { api, grpc } = await started(first!, cwd);
  let traceId = '';
  for (const command of rest) {
    const looked = LOOKED_AT.find(([pattern]) => pattern.test(command));
    if (looked !== undefined) {
      looked[1](looked[0].exec(command)!);
      continue;
    }
    if (STARTS.test(command)) {
      await started(command, cloned());
      continue;
    }
    if (/^TRACE=[0-9a-f]{32}$/.test(command)) {
      expect(traceId).not.toBe('');
      continue;
    }
    const url = /^curl -s "http:\/\/localhost:4319(\/[^"]+)"$/.exec(command)?.[1];
    if (url !== undefined) {
      const response = await fetch(`${api}${url.replace('$TRACE', traceId)}`);
      expect({ command, status: response.status }).toEqual({ command, status: 200 });
      continue;
    }
    expect(command).toMatch(
      /^npm run example$|^npm start -- (?:config|stats|stats --storage|compact)$|^npx node examples\/\S+/,
    );
    const told = startCommand(command).replace('$TRACE', `${traceId} ${api}`);
    const { code, output } = await shell(told, cwd, {
      OTEL_EXPORTER_OTLP_ENDPOINT: grpc,
      SYNTON_API__ENDPOINT: api.replace('http://', ''),
    }).finished;
    expect({ command, code, output }).toMatchObject({ code: 0 });
    expect(output).not.toBe('');
    traceId = command === 'npm run example' ? output.match(/[0-9a-f]{32}/g)!.at(-1)! : traceId;
  }
});

describe('the tables of the README', () => {
  test('every key of the configuration', () => {
    const rows = CONFIG_KEY_NAMES.map((key) => {
      const { default: value, about } = configKeyRow(key);
      return `| \`${key}\` | ${value === undefined ? 'unset' : `\`${JSON.stringify(value)}\``} | ${about} |\n`;
    });
    const table = `| key | default | |\n|---|---|---|\n${rows.join('')}`;
    expect(readmePart('configuration', table)).toBe(table);
  });

  test('every reason for which something is dropped', () => {
    const rows = Object.entries(DROP_REASONS).map(
      ([reason, about]) => `| \`${reason}\` | ${about} |\n`,
    );
    const table = `| reason | |\n|---|---|\n${rows.join('')}`;
    expect(readmePart('drops', table)).toBe(table);
  });

  test('every endpoint', async () => {
    const synton = spawnSynton([...SYSTEM_PORTS, '--json']);
    const { api } = JSON.parse(await synton.until('stdout', /\n/)).endpoints;
    const url = `http://127.0.0.1:${api.port}/api/v1/instr/openapi.json`;
    const { paths } = (await (await fetch(url)).json()) as {
      paths: Record<string, Record<string, { summary: string }>>;
    };
    const endpoints = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { summary }]) => ({
        name: method === 'get' ? `\`${path}\`` : `\`${path}\` (${method.toUpperCase()})`,
        summary,
      })),
    );
    const byTopic = Map.groupBy(endpoints, ({ summary }) => summary);
    const rows = [...byTopic].map(
      ([summary, entries]) => `| ${entries.map(({ name }) => name).join(', ')} | ${summary} |\n`,
    );
    const table = `| GET, unless said | |\n|---|---|\n${rows.join('')}`;
    expect(readmePart('endpoints', table)).toBe(table);
  });

  test('the program in process is the one that the README’s command runs', () => {
    const program = fenced('js', readFileSync(join(ROOT, 'examples/in-process.js'), 'utf8'));
    expect(readmePart('in-process', program)).toBe(program);
  });
});

test('every configuration in the README is right', () => {
  const blocks = fencedBlocks(readReadme()).filter(({ language }) => language === 'toml');
  expect(blocks.length).toBeGreaterThan(0);
  for (const { text } of blocks) {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'config'));
    writeFileSync(join(cwd, 'config/synton.toml'), text);
    expect(loadConfig({ cwd, env: {} }).config.instrument.export).toBeDefined();
  }
});

describe.each(DOCUMENTS)('$path', ({ path, text }) => {
  test('links to files that exist', () => {
    const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target!);
    const local = links.filter((target) => !/^(?:https?:|#)/.test(target));
    const missing = local.filter(
      (target) => !existsSync(join(ROOT, dirname(path), target.replace(/#.*/, ''))),
    );
    expect(missing).toEqual([]);
  });

  test('names files that exist', () => {
    const named = [...text.matchAll(/`((?:src|test|config|examples|proto|docs)\/[\w./-]+)`/g)];
    const missing = named.map(([, name]) => name!).filter((name) => !existsSync(join(ROOT, name)));
    expect(missing).toEqual([]);
  });

  test('draws diagrams that Mermaid reads', async () => {
    for (const block of fencedBlocks(text).filter(({ language }) => language === 'mermaid')) {
      expect((await parseMermaid(block.text)).steps).toBeGreaterThan(0);
    }
  });
});
