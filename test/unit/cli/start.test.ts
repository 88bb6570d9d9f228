import { writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runSynton, SYSTEM_PORTS, spawnSynton } from './synton-process.ts';

interface Ready {
  readonly version: string;
  readonly pid: number;
  readonly endpoints: Record<'grpc' | 'http' | 'api', { host: string; port: number }>;
  readonly dataPath: string | null;
}

async function started(flags: readonly string[] = []) {
  const synton = spawnSynton(['start', '--json', ...SYSTEM_PORTS, ...flags]);
  const ready: Ready = JSON.parse(await synton.until('stdout', /\n/));
  return { ...synton, ready };
}

describe('synton start', () => {
  test('prints one line of JSON once ready, is healthy, and SIGTERM ends it with 0', async () => {
    const { child, cwd, finished, ready } = await started();
    expect(ready).toEqual({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      pid: child.pid,
      endpoints: {
        grpc: { host: '127.0.0.1', port: expect.any(Number) },
        http: { host: '127.0.0.1', port: expect.any(Number) },
        api: { host: '127.0.0.1', port: expect.any(Number) },
      },
      dataPath: join(cwd, 'data/traces'),
    });
    const { api } = ready.endpoints;
    const asked = await runSynton(['health', `--api.endpoint=127.0.0.1:${api.port}`]);
    expect(asked).toMatchObject({ code: 0, stdout: 'ready\n' });
    child.kill('SIGTERM');
    expect(await finished).toMatchObject({ code: 0, signal: null });
  });

  test('says in words what to set, for a shell to read', async () => {
    const { child, finished, until } = spawnSynton(SYSTEM_PORTS);
    const text = await until('stdout', /http\/protobuf\n/);
    expect(text).toMatch(/^Synton \S+ is ready \(pid \d+\)\n/);
    expect(text).toMatch(/^ {2}export OTEL_EXPORTER_OTLP_ENDPOINT=http:\/\/127\.0\.0\.1:\d+$/m);
    expect(text).toMatch(/^ {2}export OTEL_EXPORTER_OTLP_PROTOCOL=grpc$/m);
    child.kill('SIGINT');
    expect(await finished).toMatchObject({ code: 0 });
  });

  test('without persistence it makes no folder and says so', async () => {
    const { child, finished, ready } = await started(['--instrument.persistence.enabled=false']);
    expect(ready.dataPath).toBeNull();
    child.kill('SIGTERM');
    expect(await finished).toMatchObject({ code: 0 });
  });

  test('a signal while a request is still on its way ends within the deadline', async () => {
    const { child, finished, ready, until } = await started();
    const socket = connect(ready.endpoints.http.port, '127.0.0.1');
    socket.on('error', () => {});
    onTestFinished(() => {
      socket.destroy();
    });
    const head = 'POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n';
    await new Promise<void>((resolve) => {
      socket.write(`${head}Content-Type: application/json\r\n\r\n{`, () => resolve());
    });
    child.kill('SIGTERM');
    await until('stderr', /stopping/);
    const { code } = await finished;
    expect(code).toBe(0);
  });
});

describe('what keeps it from starting is one line and a code other than 0', () => {
  test('a port that is taken', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    for (const key of [
      'receivers.otlp.grpc.endpoint',
      'receivers.otlp.http.endpoint',
      'api.endpoint',
    ]) {
      const taken = [...SYSTEM_PORTS, `--${key}=127.0.0.1:${port}`];
      const { code, stdout, stderr } = await runSynton(taken);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
      expect(stderr).toContain(String(port));
      expect(stderr).toContain(key);
    }
  });

  test('a data folder that cannot be one', async () => {
    const { cwd, child, finished } = await started(['--instrument.persistence.enabled=false']);
    child.kill('SIGTERM');
    await finished;
    writeFileSync(join(cwd, 'file'), '');
    const flags = [...SYSTEM_PORTS, '--instrument.persistence.path=file'];
    const { code, stdout, stderr } = await runSynton(flags, { cwd });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toContain(join(cwd, 'file'));
  });
});
