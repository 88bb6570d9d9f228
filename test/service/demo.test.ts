/** The demo through the real receivers: as a command, and as a running service offers it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import type { DemoState } from '../../src/model/demo-state.ts';
import { eventually } from '../support/eventually.ts';
import { SOURCE_BIN } from '../support/synton-from-source.ts';
import {
  runSynton,
  SYSTEM_PORTS,
  type SyntonProcess,
  spawnSynton,
} from '../unit/cli/synton-process.ts';

const FROM_SOURCE = { script: [SOURCE_BIN] };
const SERVICES = ['assistant', 'checkout', 'mail-worker', 'payment', 'stock', 'web'];

interface Running {
  readonly process: SyntonProcess;
  readonly api: string;
  readonly grpc: string;
  readonly http: string;
}

async function service(...more: string[]): Promise<Running> {
  const process = spawnSynton(['start', '--json', ...SYSTEM_PORTS, ...more], FROM_SOURCE);
  const { endpoints } = JSON.parse(await process.until('stdout', /\n/));
  const at = (name: string) => `http://127.0.0.1:${endpoints[name]?.port}`;
  return { process, api: at('api'), grpc: at('grpc'), http: at('http') };
}

async function asked<Answer>(api: string, path: string, method = 'GET'): Promise<Answer> {
  return (await (await fetch(`${api}${path}`, { method })).json()) as Answer;
}

async function servicesOf(api: string): Promise<readonly string[]> {
  const { services } = await asked<{ services: { name: string }[] }>(api, '/api/v1/instr/services');
  return services.map(({ name }) => name).sort();
}

/** Processes of a demo that sends to this receiver. */
function demosTo(grpc: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && existsSync(`/proc/${name}/cmdline`))
    .filter((name) => {
      try {
        const text = readFileSync(`/proc/${name}/cmdline`, 'utf8');
        return text.includes('demo-child') && text.includes(grpc);
      } catch {
        // It has ended meanwhile.
        return false;
      }
    });
}

test('the command sends an hour of history, and a program that hangs', async () => {
  const { api, grpc } = await service();
  const args = ['demo', '--endpoint', grpc, '--api', api, '--seed', '7', '--for', '0s'];
  const { code, stderr } = await runSynton(args, FROM_SOURCE);
  expect(code, stderr).toBe(0);
  const [, spans] = /traces, ([\d,]+) spans sent\n$/.exec(stderr)!;
  expect(await servicesOf(api)).toEqual(SERVICES);
  const { spans: counted, failed } = await asked<{ spans: number; failed: number }>(
    api,
    '/api/v1/instr/stats?last=2h',
  );
  expect(counted).toBe(Number(spans!.replaceAll(',', '')));
  expect(failed).toBeGreaterThan(10);
  const path = '/api/v1/instr/traces?status=Running';
  const { items } = await asked<{ items: { root: { name: string }; runningCount: number }[] }>(
    api,
    path,
  );
  expect(items).toMatchObject([{ root: { name: 'send newsletter' }, runningCount: 3 }]);
});

test('the command finds a Synton, goes on until it is stopped, and ends what it began', async () => {
  const { api, grpc } = await service();
  const demo = spawnSynton(['demo', '--api', api, '--rate', '20'], FROM_SOURCE);
  expect(await demo.until('stderr', /send to \S+;/)).toContain(`send to ${grpc};`);
  const areAllThere = async () => (await servicesOf(api)).length === 6;
  await eventually(areAllThere, 'six services', 60_000);
  const before = await asked<{ spans: number }>(api, '/api/v1/instr/stats?last=2h');
  await eventually(async () => {
    const now = await asked<{ spans: number }>(api, '/api/v1/instr/stats?last=2h');
    return now.spans > before.spans + 50;
  }, 'spans as time passes');
  expect(demosTo(grpc)).toHaveLength(1);
  demo.child.kill('SIGINT');
  const { code, stderr } = await demo.finished;
  expect(code, stderr).toBe(0);
  expect(stderr).toMatch(/\d+ traces, [\d,]+ spans sent\n$/);
  expect(demosTo(grpc)).toEqual([]);
});

test.each([
  [['--rate', 'many'], '--rate=many'],
  [['--seed', '-1'], '--seed=-1'],
  [['--for', 'ever'], '--for=ever'],
  [['--endpoint', 'http://127.0.0.1:4318'], 'speaks gRPC'],
])('%j is refused', async (args, said) => {
  const { code, stderr } = await runSynton(
    ['demo', '--api', 'http://127.0.0.1:9', ...args],
    FROM_SOURCE,
  );
  expect([code, stderr]).toEqual([1, expect.stringContaining(said)]);
});

test('a collector that takes nothing is said, and is a failure', async () => {
  const env = {
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
  };
  const { code, stderr } = await runSynton(['demo', '--for', '0s'], { ...FROM_SOURCE, env });
  expect([code, stderr]).toEqual([1, expect.stringContaining('took no span')]);
});

test('a service starts it when it is asked to, and it ends with the service', async () => {
  const { api, grpc, process } = await service();
  const demo = (method = 'GET') => asked<DemoState>(api, '/api/v1/demo', method);
  expect(await demo()).toMatchObject({ status: 'none', run: 0 });
  expect(demosTo(grpc)).toEqual([]);
  const [first, second] = await Promise.all([demo('POST'), demo('POST')]);
  expect([first.status, first.run, second.run]).toEqual(['running', 1, 1]);
  await eventually(async () => (await demo()).spans > 1_000, 'an hour of history');
  expect(await servicesOf(api)).toEqual(SERVICES);
  expect(await demo('DELETE')).toMatchObject({ status: 'ended', run: 1, failed: 0 });
  expect(demosTo(grpc)).toEqual([]);
  expect(await demo('POST')).toMatchObject({ status: 'running', run: 2 });
  await eventually(() => demosTo(grpc).length === 1, 'a second one');
  process.child.kill('SIGTERM');
  expect((await process.finished).code).toBe(0);
  expect(demosTo(grpc)).toEqual([]);
});

test('it does not outlive a service that is killed', async () => {
  const { api, grpc, process } = await service();
  await asked(api, '/api/v1/demo', 'POST');
  await eventually(() => demosTo(grpc).length === 1, 'the demo');
  onTestFinished(() => expect(demosTo(grpc)).toEqual([]));
  process.child.kill('SIGKILL');
  await process.finished;
  await eventually(() => demosTo(grpc).length === 0, 'its end');
});

test('without a gRPC receiver there is none', async () => {
  const { api } = await service('--receivers.otlp.grpc.enabled=false');
  const answer = await fetch(`${api}/api/v1/demo`, { method: 'POST' });
  expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('gRPC')]);
  expect(await asked(api, '/api/v1/demo')).toMatchObject({ status: 'none', run: 0 });
});
