/**
 * The shop of examples/ against the built service, as the README tells it: what the README shows is what
 * comes out, but for ids and times. `SYNTON_UPDATE_README=1 vitest run test/service/example.test.ts` writes
 * the README's parts anew.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import type { TimelineView } from '../../src/model/timeline-view.ts';
import { parseMermaid } from '../support/parse-mermaid.ts';
import { fenced, ROOT, readmePart } from '../support/readme.ts';
import { SYSTEM_PORTS, spawnSynton, temporaryFolder } from '../unit/cli/synton-process.ts';

const ORDER_SPANS = [
  'POST /orders',
  'reserveStock',
  ...['SELECT stock', 'SELECT stock', 'SELECT stock', 'SELECT stock'],
  'estimateDelivery',
  'SELECT deliveries',
  'charge',
  ...['POST /charges', 'POST /charges', 'SELECT cards', 'authorise'],
  ...['mailReceipt', 'SMTP send'],
];

/** Ids and times told apart from words; how wide a column is depends on them. */
function shapeOf(text: string): string {
  return text
    .replaceAll(/[0-9a-f]{32}/g, 'ID')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'DATE')
    .replaceAll(/[+-]?\d+(?:\.\d+)? (?:ns|µs|ms|s)\b/g, 'TIME')
    .replaceAll(/ +/g, ' ')
    .trim();
}

/** Of events closer together than the SDK's millisecond either may come first. */
function linesInAnyOrder(text: string): readonly string[] {
  return shapeOf(text)
    .split('\n')
    .map((line) => line.trim())
    .sort();
}

async function run(script: string, args: readonly string[], env: Record<string, string>) {
  const child = spawn(process.execPath, [join(ROOT, script), ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return textOf(child.stdout);
}

test('the example leaves the traces that the README shows', async () => {
  const cwd = temporaryFolder();
  const synton = spawnSynton([...SYSTEM_PORTS, '--json'], { cwd });
  const { endpoints } = JSON.parse(await synton.until('stdout', /\n/));
  const api = `http://127.0.0.1:${endpoints.api.port}`;
  const ask = async (path: string) => {
    const response = await fetch(`${api}/api/v1/instr/${path}`);
    expect(response.status, path).toBe(200);
    return response.text();
  };

  const said = await run('examples/shop/drive.ts', [], {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${endpoints.grpc.port}`,
  });
  const driven = fenced('text', said);
  expect(shapeOf(driven)).toBe(shapeOf(readmePart('example-drive', driven)));
  const traceId = said.match(/[0-9a-f]{32}/g)!.at(-1)!;

  const path = 'export/$TRACE?format=text';
  const asked = fenced(
    'sh',
    `TRACE=${traceId}\ncurl -s "http://localhost:4319/api/v1/instr/${path}"`,
  );
  expect(shapeOf(asked)).toBe(shapeOf(readmePart('example-ask', asked)));
  const text = fenced('text', await ask(`export/${traceId}?format=text`));
  expect(shapeOf(text)).toBe(shapeOf(readmePart('example-text', text)));

  const diagram = await ask(`export/${traceId}?format=mermaid`);
  const mermaid = fenced('mermaid', diagram);
  expect(shapeOf(mermaid)).toBe(shapeOf(readmePart('example-mermaid', mermaid)));
  expect(await parseMermaid(diagram)).toMatchObject({ type: 'sequence', places: 5 });

  const told = fenced('text', await run('examples/shop/show.ts', [traceId, api], {}));
  expect(linesInAnyOrder(told)).toEqual(linesInAnyOrder(readmePart('example-lifecycle', told)));

  const timeline = JSON.parse(await ask(`timeline/${traceId}`)) as TimelineView;
  expect(timeline.rows.map(({ name }) => name)).toEqual(ORDER_SPANS);
  expect(timeline.trace).toMatchObject({ status: 'Failed', services: ['shop', 'payment'] });
  const receipt = timeline.rows.find(({ name }) => name === 'mailReceipt')!;
  expect(receipt).toMatchObject({ kind: 'AsyncTask', depth: 1 });
});
