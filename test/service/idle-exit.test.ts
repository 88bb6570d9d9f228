/** A service that ends by itself once nobody wants anything of it. */
import { expect, test } from 'vitest';
import { buildRequest } from '../support/otlp-request.ts';
import { SOURCE_BIN } from '../support/synton-from-source.ts';
import { SYSTEM_PORTS, spawnSynton } from '../unit/cli/synton-process.ts';

/** Long beside the pauses of a machine that others use too. */
const IDLE_MS = 3_000;

async function started() {
  const args = ['start', '--json', `--idle-exit=${IDLE_MS}ms`, ...SYSTEM_PORTS];
  const synton = spawnSynton(args, { script: [SOURCE_BIN] });
  const { endpoints } = JSON.parse(await synton.until('stdout', /\n/));
  const every = async (ask: () => Promise<Response>, forMs: number): Promise<void> => {
    for (const endMs = Date.now() + forMs; Date.now() < endMs; ) {
      expect((await ask()).ok).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, IDLE_MS / 10));
    }
  };
  return { ...synton, every, endpoints };
}

test('requests keep it; without them it drains and exits with 0', async () => {
  const { endpoints, every, finished, child } = await started();
  const url = `http://127.0.0.1:${endpoints.http.port}/v1/traces`;
  const body = Buffer.from(buildRequest({ service: 'shop', spans: [{ name: 'one' }] }));
  const headers = { 'content-type': 'application/x-protobuf' };
  await every(() => fetch(url, { method: 'POST', headers, body }), IDLE_MS * 1.2);
  await every(
    () => fetch(`http://127.0.0.1:${endpoints.api.port}/api/v1/instr/services`),
    IDLE_MS * 1.2,
  );
  expect(child.exitCode).toBe(null);
  const { code, signal, stderr } = await finished;
  expect({ code, signal }).toEqual({ code: 0, signal: null });
  expect(stderr).toContain('nobody asked for anything');
});

test('probes and scrapes do not keep it', async () => {
  const { endpoints, finished, child } = await started();
  const probe = setInterval(() => {
    for (const path of ['ready', 'metrics', 'api/v1/instr/ready'])
      void fetch(`http://127.0.0.1:${endpoints.api.port}/${path}`).catch(() => {});
  }, IDLE_MS / 10);
  child.once('close', () => clearInterval(probe));
  expect(await finished).toMatchObject({ code: 0, signal: null });
});

test('what is no duration is refused', async () => {
  const { finished } = spawnSynton(['start', '--idle-exit=soon', ...SYSTEM_PORTS], {
    script: [SOURCE_BIN],
  });
  const { code, stderr } = await finished;
  expect(code).not.toBe(0);
  expect(stderr).toContain('--idle-exit=soon: expected a duration such as 30m');
});
