/** Spans of a program with our processor that do not end: told to a collector, an owner of the data directory, the directory's next owner. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { LEFT_BEHIND } from '../../src/runtime/left-behind.ts';
import { SyntonSpanProcessor } from '../../src/sdk/index.ts';
import { eventually } from '../support/eventually.ts';
import { RunScene } from '../support/synton-run.ts';
import { named, spansOf } from '../support/unfinished-programs.ts';
import { temporaryFolder } from '../unit/cli/synton-process.ts';

const scene = new RunScene();
beforeAll(() => scene.open());
afterAll(() => scene.close());

/** Prints its trace id when its span has been open for a while, and ends as it is told. */
const PROGRAM = `import { BasicTracerProvider } from ${JSON.stringify(import.meta.resolve('@opentelemetry/sdk-trace-base'))};
import { SyntonSpanProcessor } from ${JSON.stringify(new URL('../../src/sdk/index.ts', import.meta.url).href)};
const [how, options] = process.argv.slice(2);
const processor = new SyntonSpanProcessor(JSON.parse(options));
// Who owns the directory is known then.
await processor.forceFlush();
const tracer = new BasicTracerProvider({ spanProcessors: [processor] }).getTracer('program');
const span = tracer.startSpan('waits', { attributes: { 'code.file.path': 'a.ts', 'code.line.number': 3 } });
tracer.startSpan('short').end();
setTimeout(() => span.addEvent('synton.checkpoint', { 'synton.checkpoint.name': 'half way' }), 90);
setTimeout(() => {
  const late = tracer.startSpan('late', { root: true });
  late.end();
  console.log(span.spanContext().traceId + ' ' + late.spanContext().traceId);
  if (how === 'loops') for (;;);
  if (how === 'exits') process.exit(3);
  if (how === 'ends') span.end();
}, 400);`;

interface Program {
  readonly child: ChildProcess;
  /** Of the span that waits, and of one that ends just before the end. */
  readonly traceIds: Promise<readonly [string, string]>;
  readonly ended: Promise<{ code: number | null; stderr: string }>;
}

function program(how: string, options: object): Program {
  scene.write({ 'program.mjs': PROGRAM });
  const args = [join(scene.folder, 'program.mjs'), how, JSON.stringify(options)];
  const child = spawn(process.execPath, args, { cwd: scene.folder });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const traceIds = new Promise<[string, string]>((resolve, reject) => {
    child.stdout.once('data', (line) =>
      resolve(String(line).trim().split(' ') as [string, string]),
    );
    child.on('close', () => reject(new Error(stderr)));
  });
  return {
    child,
    traceIds,
    ended: new Promise((resolve) => child.on('close', (code) => resolve({ code, stderr }))),
  };
}

const places = () => [
  { export: { endpoint: scene.endpoint, format: 'otlp-http' } },
  { export: { endpoint: scene.grpc, format: 'otlp' } },
];

test.each([0, 1])(
  'told to a collector (%i): running while it hangs, stale once it has exited',
  async (at) => {
    const hangs = program('loops', places()[at]!);
    const [traceId] = await hangs.traceIds;
    const seen = async (id: string) => named(await spansOf(scene, id), 'waits');
    await eventually(async () => (await seen(traceId))?.status === 'Running', 'it runs');
    const timeline = await fetch(`${scene.api}/api/v1/instr/timeline/${traceId}`);
    const { rows } = (await timeline.json()) as { rows: { place?: unknown }[] };
    expect(rows[0]!.place).toEqual({ at: 'a.ts:3', checkpoint: 'half way' });
    const exits = program('exits', places()[at]!);
    const [exited] = await exits.traceIds;
    expect(await exits.ended).toMatchObject({ code: 3 });
    expect(await seen(exited)).toMatchObject({ status: 'Running', stale: true });
    const ends = program('ends', places()[at]!);
    const [ended] = await ends.traceIds;
    expect(await ends.ended).toMatchObject({ code: 0 });
    expect(await seen(ended)).toMatchObject({ status: 'Completed' });
  },
);

/** Answers every request so; returns the paths that were asked. */
async function receiver(answer: RequestListener): Promise<{ endpoint: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    request.resume().on('end', () => answer(request, response));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

test.each([404, 200])(
  'another receiver, which answers %i, is asked once and left alone',
  async (status) => {
    const { endpoint, asked } = await receiver((_, response) => response.writeHead(status).end());
    const ends = program('ends', { export: { endpoint, format: 'otlp-http' } });
    expect(await ends.ended).toEqual({ code: 0, stderr: expect.not.stringMatching(/log|open/) });
    expect(asked.filter((path) => path === '/v1/logs')).toHaveLength(1);
  },
);

test('nobody is told where that is switched off', async () => {
  const { endpoint, asked } = await receiver((_, response) => response.writeHead(200).end());
  await program('ends', { openSpans: false, export: { endpoint, format: 'otlp-http' } }).ended;
  expect(asked).not.toContain('/v1/logs');
  expect(asked).toContain('/v1/traces');
});

test('who owns the data directory is told over its socket', async () => {
  const path = join(temporaryFolder(), 'data');
  const owner = new SyntonSpanProcessor({ path });
  onTestFinished(() => owner.shutdown());
  await owner.forceFlush();
  const hangs = program('loops', { path });
  const [traceId] = await hangs.traceIds;
  const runs = async () =>
    (await owner.views.lifecycle(traceId).catch(() => undefined))?.running.some(
      ({ name, place }) => name === 'waits' && place?.checkpoint === 'half way',
    ) === true;
  await eventually(runs, 'the owner sees it run');
});

test('the next owner of a directory sees what the last one had open when it was killed', async () => {
  const path = join(temporaryFolder(), 'data');
  const hangs = program('loops', { path });
  const [traceId] = await hangs.traceIds;
  const isWritten = () => existsSync(join(path, LEFT_BEHIND.open));
  await eventually(isWritten, 'what is open is written');
  hangs.child.kill('SIGKILL');
  await hangs.ended;
  const next = new SyntonSpanProcessor({ path });
  onTestFinished(() => next.shutdown());
  const { running } = await next.views.lifecycle(traceId);
  expect(running).toMatchObject([{ name: 'waits', stale: true, place: { at: 'a.ts:3' } }]);
});

test('process.exit loses no span of a directory', async () => {
  const path = join(temporaryFolder(), 'data');
  const exits = program('exits', { path });
  const [traceId, late] = await exits.traceIds;
  expect(await exits.ended).toMatchObject({ code: 3 });
  const next = new SyntonSpanProcessor({ path });
  onTestFinished(() => next.shutdown());
  const { tree, trace } = await next.views.lifecycle(late);
  expect(tree).toMatchObject([{ name: 'late', status: 'Completed' }]);
  expect(trace.inMemoryOnly).toBe(false);
  expect((await next.views.lifecycle(traceId)).running).toMatchObject([{ stale: true }]);
});
