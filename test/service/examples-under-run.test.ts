/**
 * The examples under `synton run`, both as they are built: what is recorded is the tree that whoever reads their code expects. Names,
 * nesting and failures; siblings in order of their names, as two may start within one tick of a clock.
 */
import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import type { TimelineRow, TimelineView } from '../../src/model/timeline-view.ts';
import { ROOT } from '../support/readme.ts';
import { SYSTEM_PORTS, spawnSynton, temporaryFolder } from '../unit/cli/synton-process.ts';

/** The first order is paid, the second declined. What the shop makes spans of itself stands below the call that made it. */
const SHOP = `
(anonymous) web-service.ts:45 ×2
Failed: POST
  POST
    (anonymous) web-service.ts:25
      continueTrace
  POST /orders
    (anonymous) web-service.ts:29
      (anonymous) shop.ts:25
        (anonymous) shop.ts:33
        inSpan
          charge
            (anonymous) tracing.ts:34
              endWith
                (anonymous) shop.ts:29
                  charge
                    checkpoint
                    post
                      Failed: POST /charges
                        (anonymous) web-service.ts:59
                          endWith
                            (anonymous) web-service.ts:60
                              traceHeaders
                        POST
                          (anonymous) web-service.ts:25
                            continueTrace
                        POST /charges
                          (anonymous) web-service.ts:29
                            (anonymous) payment.ts:12
                              inSpan
                                Failed: authorise
                                  (anonymous) tracing.ts:34
                                    Failed: endWith
                                      Failed: (anonymous) payment.ts:21
                              query
                                SELECT cards
                                  (anonymous) database.ts:30
                                    endWith
                                      (anonymous) database.ts:31
        inSpan
          estimateDelivery
            (anonymous) tracing.ts:34
              endWith
                (anonymous) shop.ts:28
                  estimateDelivery
                    query
                      SELECT deliveries
                        (anonymous) database.ts:30
                          endWith
                            (anonymous) database.ts:31
        inSpan
          mailReceipt
            (anonymous) tracing.ts:34
              endWith
                (anonymous) shop.ts:31
                  mailReceipt
                    SMTP send
                      (anonymous) shop.ts:78
                        endWith
                          (anonymous) shop.ts:79
        inSpan
          reserveStock
            (anonymous) tracing.ts:34
              endWith
                (anonymous) shop.ts:27
                  reserveStock
                    checkpoint
                    query ×4
                      SELECT stock
                        (anonymous) database.ts:30
                          endWith
                            (anonymous) database.ts:31
POST
  POST
    (anonymous) web-service.ts:25
      continueTrace
  POST /orders
    (anonymous) web-service.ts:29
      (anonymous) shop.ts:25
        (anonymous) shop.ts:33
        inSpan
          charge
            (anonymous) tracing.ts:34
              endWith
                (anonymous) shop.ts:29
                  charge
                    post
                      POST /charges
                        (anonymous) web-service.ts:59
                          endWith
                            (anonymous) web-service.ts:60
                              traceHeaders
                        POST
                          (anonymous) web-service.ts:25
                            continueTrace
                        POST /charges
                          (anonymous) web-service.ts:29
                            (anonymous) payment.ts:12
                              inSpan
                                authorise
                                  (anonymous) tracing.ts:34
                                    endWith
                                      (anonymous) payment.ts:21
                              query
                                INSERT charges
                                  (anonymous) database.ts:30
                                    endWith
                                      (anonymous) database.ts:31
                              query
                                SELECT cards
                                  (anonymous) database.ts:30
                                    endWith
                                      (anonymous) database.ts:31
        inSpan
          estimateDelivery
            (anonymous) tracing.ts:34
              endWith
                (anonymous) shop.ts:28
                  estimateDelivery
                    query
                      SELECT deliveries
                        (anonymous) database.ts:30
                          endWith
                            (anonymous) database.ts:31
        inSpan
          mailReceipt
            (anonymous) tracing.ts:34
              endWith
                (anonymous) shop.ts:31
                  mailReceipt
                    SMTP send
                      (anonymous) shop.ts:78
                        endWith
                          (anonymous) shop.ts:79
        inSpan
          reserveStock
            (anonymous) tracing.ts:34
              endWith
                (anonymous) shop.ts:27
                  reserveStock
                    checkpoint
                    query ×4
                      SELECT stock
                        (anonymous) database.ts:30
                          endWith
                            (anonymous) database.ts:31
close ×2
  (anonymous) web-service.ts:45
idle
shutdown ×2
startPayment
  serve
    (anonymous) web-service.ts:41
startShop
  serve
    (anonymous) web-service.ts:41
startTracing ×2
`;

/** Runs it; the tree of its trace, a line a span, without the span of the run and the counts of calls. */
async function recorded(cwd: string, command: readonly string[]): Promise<string> {
  const synton = spawnSynton(['start', '--json', ...SYSTEM_PORTS], { cwd: temporaryFolder() });
  const { endpoints } = JSON.parse(await synton.until('stdout', /\n/));
  const api = `http://127.0.0.1:${endpoints.api.port}`;
  const traceId = randomBytes(16).toString('hex');
  const run = spawnSynton(['run', `--api=${api}`, '--', ...command], {
    cwd,
    env: {
      SYNTON_CACHE: join(cwd, '.cache'),
      // Where the shop's own exporter sends: it speaks gRPC.
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${endpoints.grpc.port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      TRACEPARENT: `00-${traceId}-${'b'.repeat(16)}-01`,
    },
  });
  const { code, stderr } = await run.finished;
  expect(code, stderr).toBe(0);
  const answer = await fetch(`${api}/api/v1/instr/timeline/${traceId}`);
  const { rows } = (await answer.json()) as TimelineView;
  const ids = new Set<string>(rows.map(({ spanId }) => spanId));
  const roots = rows.filter(({ parentSpanId }) => !ids.has(parentSpanId ?? ''));
  expect(roots.map(({ name }) => name)).toEqual([`node ${basename(command.at(-1)!)}`]);
  return treeOf(rows, roots[0]!.spanId, '')
    .filter((line) => line !== 'synton.calls')
    .join('\n');
}

function treeOf(rows: readonly TimelineRow[], parent: string, indent: string): string[] {
  const told = rows
    .filter(({ parentSpanId }) => parentSpanId === parent)
    .map(({ name, status, spanId }) => {
      const line = `${indent}${status === 'Completed' ? '' : `${status}: `}${name}`;
      return [line, ...treeOf(rows, spanId, `${indent}  `)].join('\n');
    });
  const counts = new Map<string, number>();
  for (const one of told) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts.keys()].sort().map((one) => {
    const count = counts.get(one)!;
    return count === 1 ? one : one.replace(/^(.*)/, `$1 ×${count}`);
  });
}

test('the shop: its calls, its own spans and its requests in one tree', async () => {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'package.json'), '{}');
  const tree = await recorded(cwd, ['node', join(ROOT, 'examples/shop/drive.ts')]);
  expect(tree).toBe(SHOP.trim());
});

test('the program in which Synton is: its span is part of the run', async () => {
  const cwd = temporaryFolder();
  copyFileSync(join(ROOT, 'examples/in-process.js'), join(cwd, 'in-process.js'));
  writeFileSync(join(cwd, 'package.json'), '{"type":"module"}');
  mkdirSync(join(cwd, 'node_modules'));
  symlinkSync(ROOT, join(cwd, 'node_modules/synton'));
  symlinkSync(join(ROOT, 'node_modules/@opentelemetry'), join(cwd, 'node_modules/@opentelemetry'));
  expect(await recorded(cwd, ['node', 'in-process.js'])).toBe('count the stars');
});
