import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { CONFIG_KEY_NAMES } from '../../../src/config/config-keys.ts';
import { BIN, runSynton, temporaryFolder } from './synton-process.ts';

describe('synton', () => {
  test('--version prints the version of the package', async () => {
    const { version } = JSON.parse(
      readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8'),
    );
    expect(await runSynton(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` });
  });

  test('--help names the commands and the ways to configure', async () => {
    const { code, stdout } = await runSynton(['--help']);
    expect(code).toBe(0);
    for (const word of [
      'start',
      'config',
      'health',
      'stats',
      'compact',
      '--version',
      'SYNTON_INSTRUMENT__',
    ]) {
      expect(stdout).toContain(word);
    }
  });

  test.each([
    [['strat'], 'there is no command "strat"; did you mean start?'],
    [['--nonsense'], "unknown option '--nonsense'"],
    [['config', 'extra'], 'too many arguments'],
  ])('%j is a usage error', async (args, message) => {
    const { code, stdout, stderr } = await runSynton(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });

  test('control characters on the command line are not echoed', async () => {
    const { stderr } = await runSynton(['\u001b[31mred']);
    expect(stderr).toContain('red');
    expect(stderr).not.toContain('\u001b');
  });

  test('a wrong configuration is reported line by line, with code 2 and no stack', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'my.toml'), '[log]\nlevle = "info"\nformat = "xml"\n');
    for (const command of [[], ['start'], ['config']]) {
      const { code, stderr } = await runSynton([...command, '--config', 'my.toml'], { cwd });
      expect(code).toBe(2);
      expect(stderr).toBe(
        [
          'synton: the configuration cannot be used:',
          '  my.toml:2:1: log.levle: there is no such key; did you mean log.level?',
          '  my.toml:3:1: log.format: expected one of "auto", "json", "pretty", got "xml"',
          '',
        ].join('\n'),
      );
    }
  });

  test('an old Node is told what is needed, in one line', async () => {
    const cwd = temporaryFolder();
    const old = join(cwd, 'old-node.mjs');
    writeFileSync(
      old,
      "Object.defineProperty(process.versions, 'node', { value: '20.20.2' });\n" +
        "Object.defineProperty(process, 'version', { value: 'v20.20.2' });\n",
    );
    const { code, stdout, stderr } = await runSynton([], { cwd, script: ['--import', old, BIN] });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe('synton needs Node 22.15 or newer; this is v20.20.2\n');
  });

  test('a reader that goes away is no error', async () => {
    const child = spawn(process.execPath, [BIN, 'config'], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});

describe('synton config', () => {
  test('prints every key with its origin, as TOML that means the same', async () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'config'));
    writeFileSync(join(cwd, 'config/synton.toml'), '[instrument]\nsample_rate = 0.5\n');
    const args = ['config', '--retention.max_age=1d', '--api.allowed_hosts=a,b'];
    const env = { SYNTON_LOG__LEVEL: 'warn' };
    const { code, stdout } = await runSynton(args, { cwd, env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^sample_rate = 0\.5 +# config\/synton\.toml:2$/m);
    expect(stdout).toMatch(/^max_age = "1d" +# flag --retention\.max_age$/m);
    expect(stdout).toMatch(/^allowed_hosts = \["a", "b"\] +# flag --api\.allowed_hosts$/m);
    expect(stdout).toMatch(/^level = "warn" +# variable SYNTON_LOG__LEVEL$/m);
    expect(stdout).toMatch(/^# endpoint = \(unset\) +# default$/m);
    expect(stdout).toContain(`Spans are kept in ${join(cwd, 'data/traces')}`);

    const saved = temporaryFolder();
    writeFileSync(join(saved, 'saved.toml'), stdout);
    const json = ['config', '--json'];
    const values = (finished: { stdout: string }) =>
      Object.entries(JSON.parse(finished.stdout).values as Record<string, { value: unknown }>).map(
        ([key, { value }]) => [key, value],
      );
    const before = values(await runSynton([...json, ...args.slice(1)], { cwd, env }));
    const after = values(await runSynton([...json, '--config', 'saved.toml'], { cwd: saved }));
    expect(after).toEqual(before);
    expect(after.map(([key]) => key)).toEqual(CONFIG_KEY_NAMES);
  });

  test('never prints the value of a header', async () => {
    const args = ['--instrument.export.headers=authorization=Bearer%20s3cret'];
    for (const form of [[], ['--json']]) {
      const { code, stdout } = await runSynton(['config', ...form, ...args]);
      expect(code).toBe(0);
      expect(stdout).toContain('authorization');
      expect(stdout).not.toContain('s3cret');
    }
  });
});

describe('synton health', () => {
  async function answering(status: number | undefined): Promise<string> {
    const server = createServer((request, response) => {
      if (status === undefined) return;
      response.writeHead(request.url === '/ready' ? status : 404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  test('200 is ready', async () => {
    const address = await answering(200);
    const asked = await runSynton(['health', '--url', `http://${address}/ready`]);
    expect(asked).toMatchObject({ code: 0, stdout: 'ready\n', stderr: '' });
  });

  test('asks where the configuration says, an any-address through loopback', async () => {
    const { 1: port } = (await answering(200)).split(':');
    const env = { SYNTON_API__ENDPOINT: `0.0.0.0:${port}`, SYNTON_API__ALLOW_REMOTE: 'true' };
    expect(await runSynton(['health'], { env })).toMatchObject({ code: 0, stdout: 'ready\n' });
  });

  test('any other answer, no answer, and nobody there are not', async () => {
    const unready = await runSynton(['health', `--api.endpoint=${await answering(503)}`]);
    expect(unready).toMatchObject({ code: 1, stdout: '' });
    expect(unready.stderr).toMatch(/^synton: not ready: .* answered 503\n$/);

    const silent = await runSynton(['health', `--api.endpoint=${await answering(undefined)}`]);
    expect(silent).toMatchObject({ code: 1, stdout: '' });
    expect(silent.stderr).toContain('no answer');

    const nobody = await runSynton(['health', '--url', 'http://127.0.0.1:1/ready']);
    expect(nobody).toMatchObject({ code: 1, stdout: '' });
    expect(nobody.stderr).toContain('ECONNREFUSED');
  });

  test('a wrong configuration is not ready either', async () => {
    const { code, stderr } = await runSynton(['health', '--api.endpoint=nowhere']);
    expect(code).toBe(1);
    expect(stderr).toContain('--api.endpoint');
  });
});
