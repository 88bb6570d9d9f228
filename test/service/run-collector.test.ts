/** Where the spans of `synton run` go: to a collector that is there, that starts just now, or that it starts itself. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { RunScene } from '../support/synton-run.ts';

const scene = new RunScene();
beforeAll(() => scene.open());
afterAll(() => scene.close());

interface Wanted {
  /** Ports; one that the system chooses where none is given. */
  readonly http?: number;
  readonly api: number;
  /** Data of a collector that is started. */
  readonly data: string;
  readonly idleExit?: string;
}

/** Runs a command where the collector has ports and data of its own. */
function run({ http = 0, api, data, idleExit }: Wanted, ...command: readonly string[]) {
  return scene.synton([
    'run',
    ...(idleExit === undefined ? [] : [`--idle-exit=${idleExit}`]),
    '--receivers.otlp.grpc.endpoint=127.0.0.1:0',
    `--receivers.otlp.http.endpoint=127.0.0.1:${http}`,
    `--api.endpoint=127.0.0.1:${api}`,
    `--instrument.persistence.path=${data}`,
    '--',
    ...command,
  ]);
}

/** A server of a test on a port of its own. */
async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** One that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('the collector', () => {
  test('is started where there is none, is found by the next run, and ends when it is idle', async () => {
    const [http, api] = [await freePort(), await freePort()];
    const wanted = { http, api, data: 'started', idleExit: '6s' };
    const first = await run(wanted, 'node', '-e', 'console.log(1)');
    expect(first).toMatchObject({ code: 0 });
    expect(String(first.stdout)).toBe('1\n');
    const pid = Number(/a collector was started \(pid (\d+), /.exec(first.stderr)![1]);
    onTestFinished(() => void (isAlive(pid) && process.kill(pid, 'SIGKILL')));
    expect((await scene.spansOf(first)).map(({ name }) => name)).toContain('node');
    const second = await run(wanted, 'true');
    expect(second.code).toBe(0);
    expect(second.stderr).not.toContain('was started');
    expect(second.stderr).toContain(`http://127.0.0.1:${api}/`);
    await eventually(() => !isAlive(pid), 'its end');
  });

  test('that cannot start says who has its port', async () => {
    const port = await serve((_, response) => response.end('{"ready":true}'));
    const ended = await run({ api: port, data: 'refused' }, 'node', '-e', 'console.log(1)');
    expect(ended.code).toBe(1);
    expect(String(ended.stdout)).toBe('');
    expect(ended.stderr).toMatch(/^synton: no collector could be started: cannot listen on /);
    expect(ended.stderr).toContain(`127.0.0.1:${port} (api.endpoint): the port is in use`);
    if (process.platform === 'linux') expect(ended.stderr).toContain(`pid ${process.pid} has it`);
  });

  test('is one, whoever of several that start at once was first', async () => {
    const ports = [await freePort(), await freePort()];
    const wanted = { http: ports[0]!, api: ports[1]!, data: 'rivals', idleExit: '2s' };
    const ended = await Promise.all([run(wanted, 'true'), run(wanted, 'true')]);
    const started = ended.flatMap(
      ({ stderr }) => /was started \(pid (\d+)/.exec(stderr)?.[1] ?? [],
    );
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    expect(started).toHaveLength(1);
    await eventually(() => !isAlive(Number(started[0])), 'its end');
  });

  test('that cannot start because somebody silent has its port says so too', async () => {
    const port = await serve(() => {});
    const ended = await run({ api: port, data: 'silent' }, 'true');
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(`127.0.0.1:${port} (api.endpoint): the port is in use`);
  });

  test('that has the port and still starts is waited for', async () => {
    const problem = JSON.stringify({ type: 'urn:synton:problem:Unavailable', status: 503 });
    let readyMs = Number.POSITIVE_INFINITY;
    const port = await serve(async (request, response) => {
      // Longer than a stranger is waited for; first asked is first begun.
      if (readyMs === Number.POSITIVE_INFINITY) readyMs = performance.now() + 3_500;
      if (performance.now() < readyMs) return response.writeHead(503).end(problem);
      const answer = await fetch(`${scene.api}${request.url}`);
      return response.writeHead(answer.status).end(await answer.text());
    });
    const ended = await run({ api: port, data: 'starting' }, 'true');
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stderr).toContain(`http://127.0.0.1:${port}/`);
  });

  test('that is gone does not change what becomes of the program', async () => {
    const gone = `http://127.0.0.1:${await freePort()}`;
    const ended = await scene.synton([
      'run',
      '--endpoint',
      gone,
      '--',
      'sh',
      '-c',
      'echo done; exit 5',
    ]);
    expect(ended).toMatchObject({ code: 5 });
    expect(String(ended.stdout)).toBe('done\n');
    expect(ended.stderr).toContain(`nobody listens at ${gone}: the spans are lost`);
  });

  test('that refuses what is sent is told of, by the program and at the end', async () => {
    const port = await serve((request, response) => {
      request.resume();
      response.writeHead(404).end();
    });
    const endpoint = `http://127.0.0.1:${port}/elsewhere`;
    scene.write({ 'refused.mjs': 'function add() {}\nadd();\n' });
    const { code, stderr } = await scene.synton([
      ...['run', `--api=${scene.api}`, '--endpoint', endpoint],
      ...['--', 'node', 'refused.mjs'],
    ]);
    expect(code).toBe(0);
    expect(stderr).toContain('elsewhere/v1/traces refused 2 spans; is it the endpoint of a');
    expect(stderr).toContain(`${endpoint} refused the spans; is it the endpoint of a collector?`);
  });
});

test('that speaks something else does not take the span of the run', async () => {
  const endpoint = scene.endpoint.replace('http:', 'https:');
  const { code, stderr } = await scene.synton([
    ...['run', `--api=${scene.api}`, '--endpoint', endpoint, '--', 'true'],
  ]);
  expect(code).toBe(0);
  expect(stderr).toContain(`${endpoint} did not take the span of the run; is a collector running`);
});

test.each([
  [{ OTEL_SDK_DISABLED: 'true' }, 'OTEL_SDK_DISABLED is set: nothing was recorded'],
  [
    { TRACEPARENT: '00-4bf92f3577b34da6a3ce929d0e0e4737-00f067aa0ba902b7-00' },
    'TRACEPARENT leaves this trace out of the sample: nothing of it was sent',
  ],
])('what the environment switches off is told, not waited for: %o', async (env, told) => {
  const { code, stderr } = await scene.run(['true'], { env });
  expect([code, stderr]).toEqual([0, `synton: ${told}\n`]);
});
