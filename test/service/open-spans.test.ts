/** What has not ended outlives the collector: told over HTTP, killed without warning, told again by the next life. */
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { logsJson, logsRequest, startRecord, TRACE_ID } from '../support/log-requests.ts';
import { SYSTEM_PORTS, spawnSynton, temporaryFolder } from '../unit/cli/synton-process.ts';

const PATH_FLAG = '--instrument.persistence.path=data';
/** What is promised of a change. */
const DURABLE_AFTER_MS = 100;

async function started(cwd: string) {
  const synton = spawnSynton(['start', '--json', PATH_FLAG, ...SYSTEM_PORTS], { cwd });
  const { endpoints } = JSON.parse(await synton.until('stdout', /\n/));
  const urlOf = ({ host, port }: { host: string; port: number }) => `http://${host}:${port}`;
  const [otlp, api] = [urlOf(endpoints.http), urlOf(endpoints.api)];
  const tell = (body: Uint8Array, type: string) =>
    fetch(`${otlp}/v1/logs`, { method: 'POST', body, headers: { 'content-type': type } });
  const text = async () =>
    (await fetch(`${api}/api/v1/instr/export/${TRACE_ID}?format=text`)).text();
  return { synton, tell, text, metrics: async () => (await fetch(`${api}/metrics`)).text() };
}

test('a start is shown, survives a kill of the collector, and is stale once its process has exited', async () => {
  const cwd = temporaryFolder();
  const first = await started(cwd);
  const place = { 'code.file.path': 'src/hang.ts', 'code.line.number': 7 };
  const request = logsRequest([startRecord('b9c7c989f97918e1', 'hangs', { attributes: place })]);
  expect((await first.tell(request, 'application/x-protobuf')).status).toBe(200);
  expect(await first.text()).toMatch(/running {2}… hangs .*\(at src\/hang\.ts:7\)/);
  await wait(DURABLE_AFTER_MS * 2);
  first.synton.child.kill('SIGKILL');
  await first.synton.finished;

  const second = await started(cwd);
  expect(await second.text()).toMatch(/running {2}… hangs/);
  const both = logsJson([{ name: 'synton.process.exit' }, { name: 'another' }]);
  const answer = await second.tell(both, 'application/json');
  expect(await answer.json()).toMatchObject({ partialSuccess: { rejectedLogRecords: '1' } });
  await eventually(async () => /stale {2}… hangs/.test(await second.text()), 'stale');
  expect(await second.metrics()).toMatch(/^synton_open_spans_stale 1$/m);
});
