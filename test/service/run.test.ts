/** `synton run` with real programs: what they do stays what it is, and what they did arrives. */
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { logsJson, startRecord } from '../support/log-requests.ts';
import { SOURCE_BIN } from '../support/synton-from-source.ts';
import { RunScene } from '../support/synton-run.ts';

const scene = new RunScene();
beforeAll(() => scene.open());
afterAll(() => scene.close());

describe('the program', () => {
  test('keeps its exit code, and is a span that failed', async () => {
    scene.write({ 'fails.mjs': `function work() {}\nwork();\nprocess.exitCode = 7;` });
    const ended = await scene.run(['node', 'fails.mjs', '--password=secret']);
    expect(ended).toMatchObject({ code: 7, signal: null });
    const spans = await scene.spansOf(ended);
    const run = spans.find(({ name }) => name === 'node fails.mjs')!;
    expect(run).toMatchObject({
      status: 'Failed',
      service: 'fails',
      attributes: { 'process.exit.code': '7', 'process.executable.name': 'node' },
    });
    expect(spans.find(({ name }) => name === 'work')).toMatchObject({ parentSpanId: run.spanId });
    expect(JSON.stringify(spans)).not.toContain('secret');
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const)(
    'gets %s, and what it dies of is what we die of',
    async (signal) => {
      scene.write({ 'waits.mjs': `console.log('waits'); setInterval(() => {}, 1000);` });
      const ended = await scene.run(['node', 'waits.mjs'], {
        once: [/waits/, (child) => child.kill(signal)],
      });
      expect(ended).toMatchObject({ code: null, signal });
      const [run] = await scene.spansOf(ended);
      expect(run).toMatchObject({
        status: 'Failed',
        attributes: { 'process.exit.signal': signal },
      });
    },
  );

  test('that ends in its own way on a signal is waited for', async () => {
    scene.write({
      'tidies.mjs': `const t = setInterval(() => {}, 1000);
process.on('SIGINT', () => setTimeout(() => { console.log('tidied'); clearInterval(t); process.exitCode = 3; }, 200));
console.log('ready');`,
    });
    const ended = await scene.run(['node', 'tidies.mjs'], {
      once: [/ready/, (child) => child.kill('SIGINT')],
    });
    expect(ended).toMatchObject({ code: 3, signal: null });
    expect(String(ended.stdout)).toBe('ready\ntidied\n');
  });

  test('has stdin and stdout to itself, byte for byte, and so has a program that is no Node program', async () => {
    const bytes = randomBytes(3_000_000);
    const ended = await scene.run(['cat'], { stdin: bytes });
    expect(ended.code).toBe(0);
    const digest = (data: Buffer) => createHash('sha256').update(data).digest('hex');
    expect(digest(ended.stdout)).toBe(digest(bytes));
    scene.write({ 'echo.mjs': `process.stdin.pipe(process.stdout); console.error('mine');` });
    const node = await scene.run(['node', 'echo.mjs'], { stdin: bytes });
    expect(digest(node.stdout)).toBe(digest(bytes));
    expect(node.stderr).toMatch(/^mine\nsynton/);
  });

  test('that does not exist is 127, without a trace', async () => {
    const ended = await scene.run(['no-such-program']);
    expect(ended.code).toBe(127);
    expect(ended.stderr).toBe('synton: cannot run no-such-program: there is no such command\n');
  });

  test('that throws shows its error, and --quiet says nothing of ours', async () => {
    scene.write({
      'throws.mjs': `function deep() {\n  throw new TypeError('no such thing');\n}\ndeep();`,
    });
    const ended = await scene.synton([
      'run',
      '--quiet',
      `--api=${scene.api}`,
      '--',
      'node',
      'throws.mjs',
    ]);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('TypeError: no such thing');
    expect(ended.stderr).not.toContain('synton:');
  });

  test('and its children are one trace', async () => {
    scene.write({
      'parent.mjs': `import { execFileSync } from 'node:child_process';
function start() { process.stdout.write(execFileSync('sh', ['-c', 'node child.mjs'])); }\nstart();`,
      'child.mjs': `function inner() { return 'inner'; }\nconsole.log(inner());`,
    });
    const ended = await scene.run(['node', 'parent.mjs']);
    expect(String(ended.stdout)).toBe('inner\n');
    const names = (await scene.spansOf(ended)).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['node parent.mjs', 'start', 'inner']));
  });
});

describe('the environment', () => {
  const SHOWN =
    /^(?:NODE_OPTIONS|TRACEPARENT|SYNTON_ENDPOINT|OTEL_SERVICE_NAME|OTEL_(?:TRACES|METRICS|LOGS)_EXPORTER|OTEL_EXPORTER_OTLP_(?:ENDPOINT|PROTOCOL))=(.*)$/;

  async function shown(env: Readonly<Record<string, string>> = {}, options: string[] = []) {
    scene.write({ 'show.sh': '#!/bin/sh\nenv\n' });
    const args = ['run', `--api=${scene.api}`, ...options, '--', './show.sh'];
    const { stdout } = await scene.synton(args, { env });
    const lines = String(stdout)
      .split('\n')
      .filter((line) => SHOWN.test(line));
    return Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
  }

  test('of a script tells any language where to send', async () => {
    expect(await shown()).toEqual({
      NODE_OPTIONS: expect.stringMatching(/^--import file:\/\/\/\S+\/register\/index\.ts$/),
      TRACEPARENT: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/),
      SYNTON_ENDPOINT: `${scene.endpoint}/v1/traces`,
      OTEL_EXPORTER_OTLP_ENDPOINT: scene.endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_SERVICE_NAME: 'show.sh',
    });
  });

  test('keeps what the user set, and goes on with a trace that there is', async () => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    const env = {
      NODE_OPTIONS: '--enable-source-maps',
      OTEL_SERVICE_NAME: 'mine',
      OTEL_METRICS_EXPORTER: 'console',
      OTEL_EXPORTER_OTLP_ENDPOINT: scene.grpc,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      TRACEPARENT: `00-${trace}-00f067aa0ba902b7-01`,
    };
    const set = await shown(env);
    expect(set).toMatchObject({
      ...env,
      NODE_OPTIONS: expect.stringMatching(/^--enable-source-maps --import file:/),
      TRACEPARENT: expect.stringMatching(`^00-${trace}-(?!00f067aa0ba902b7)[0-9a-f]{16}-01$`),
      SYNTON_ENDPOINT: scene.grpc,
    });
    const answer = await fetch(`${scene.api}/api/v1/instr/export/${trace}?format=text`);
    expect(await answer.text()).toContain('show.sh');
  });

  test('--endpoint goes before it', async () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', SYNTON_ENDPOINT: 'nowhere' };
    expect(await shown(env, ['--endpoint', scene.endpoint])).toMatchObject({
      OTEL_EXPORTER_OTLP_ENDPOINT: scene.endpoint,
      SYNTON_ENDPOINT: `${scene.endpoint}/v1/traces`,
    });
  });
});

test('--capture is passed on; what it does not know is refused before anything runs', async () => {
  scene.write({ 'adds.mjs': `function add(a, b) { return a + b }\nconsole.log(add(1, 2));` });
  const args = ['run', `--api=${scene.api}`, '--capture', 'args,return', '--', 'node', 'adds.mjs'];
  const spans = await scene.spansOf(await scene.synton(args));
  expect(spans.find(({ name }) => name === 'add')!.attributes).toMatchObject({
    'synton.args': '{"a":1,"b":2}',
    'synton.return': '3',
  });
  const refused = await scene.synton(args.with(3, 'argument'));
  expect(refused).toMatchObject({ code: 1, stdout: Buffer.of() });
  expect(refused.stderr).toContain('--capture: expected args');
});

describe('the summary', () => {
  test('of a program that fails tells what was called, what it threw and where to look', async () => {
    scene.write({
      'sums.mjs': `import { setTimeout as wait } from 'node:timers/promises';
const add = (a, b) => a + b;
async function slow() { await wait(60); }
function deep() {
  throw new TypeError('no such thing');
}
function outer() { deep(); }
let sum = 0; for (let i = 0; i < 500; i++) sum = add(sum, i);
await slow();
console.log(sum); try { outer(); } catch {}
process.exit(4);`,
    });
    const ended = await scene.run(['node', 'sums.mjs']);
    expect(ended.code).toBe(4);
    expect(String(ended.stdout)).toBe('124750\n');
    const lines = ended.stderr.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^synton: node sums\.mjs: exit code 4 after [\d.]+ m?s$/);
    expect(lines[1]).toMatch(/^ {2}calls {9}4 functions, 503 calls; \d+ spans$/);
    expect(lines[2]).toBe('  errors        TypeError: no such thing  sums.mjs:4');
    expect(lines[3]).toMatch(/^ {2}slowest +[\d.]+ ms {2}slow {2}sums\.mjs:3$/);
    expect(lines).toHaveLength(9);
    const { status } = await fetch(/http\S+\/trace\/\S+$/.exec(lines[8]!)![0], {
      headers: { accept: 'text/html' },
    });
    expect(status).toBe(200);
  });

  test('of a program that hangs and is interrupted tells what has not finished', async () => {
    scene.write({ 'hangs.sh': `#!/bin/sh\necho "$TRACEPARENT"\nexec sleep 60` });
    const ended = await scene.run(['./hangs.sh'], {
      once: [
        /-01\n/,
        async (child, stdout) => {
          const [, traceId = '', parentId = ''] = stdout.trim().split('-');
          const start = startRecord('b9c7c989f97918e1', 'waits for nothing', {
            traceId,
            parentId,
            attributes: { 'code.file.path': `${scene.folder}/hangs.mjs`, 'code.line.number': 3 },
          });
          await fetch(`${scene.endpoint}/v1/logs`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: logsJson([start]),
          });
          child.kill('SIGINT');
        },
      ],
    });
    expect(ended).toMatchObject({ code: null, signal: 'SIGINT' });
    expect(ended.stderr).toMatch(/^synton: hangs\.sh: ended by SIGINT after /);
    expect(ended.stderr).toMatch(/^ {2}not finished {2}waits for nothing {2}hangs\.mjs:3$/m);
  });

  test('of a program that is killed in a loop tells where it stood, the innermost first', async () => {
    scene.write({
      'spins.mjs': `import { writeSync } from 'node:fs';\nfunction outer() { spin() }
function spin() { const from = Date.now(); while (Date.now() < from + 2500); writeSync(1, process.pid + '\\n'); for (;;); }\nouter();`,
    });
    const ended = await scene.run(['node', 'spins.mjs'], {
      once: [/\d\n/, (_, stdout) => void process.kill(Number(stdout), 'SIGKILL')],
    });
    expect(ended).toMatchObject({ code: null, signal: 'SIGKILL' });
    expect(ended.stderr).toMatch(
      /^ {2}not finished {2}spin {2}spins\.mjs:3\n {16}outer {2}spins\.mjs:2$/m,
    );
    expect(ended.stderr).toMatch(/^ {2}calls {9}2 functions, 2 calls; 2 spans$/m);
    const spans = await scene.spansOf(ended);
    expect(spans.find(({ name }) => name === 'spin')).toMatchObject({
      status: 'Running',
      stale: true,
    });
  });

  test('of a run within another tells of its own part', async () => {
    scene.write({
      'inner.mjs': `function inside() {}\ninside();`,
      'outer.mjs': `import { spawnSync } from 'node:child_process';
function outside() {}\noutside(); outside();
const { stderr } = spawnSync(process.execPath, [process.env.BIN_OF_TEST, 'run', process.env.API_OF_TEST, '--', 'node', 'inner.mjs']);
process.stdout.write(stderr);`,
    });
    const { stdout, stderr } = await scene.run(['node', 'outer.mjs'], {
      env: { BIN_OF_TEST: SOURCE_BIN, API_OF_TEST: `--api=${scene.api}` },
    });
    expect(String(stdout)).toMatch(/calls {9}1 function, 1 call; 1 span$/m);
    const link = /http\S+$/m;
    expect(link.exec(String(stdout))![0]).toBe(link.exec(stderr)![0]);
  });
});

test('a command without -- before it is refused', async () => {
  const { code, stderr } = await scene.synton(['run', 'node', 'app.js']);
  expect(code).toBe(2);
  expect(stderr).toContain('synton run -- node app.js');
});
