/** What a page asks for, of a whole service: the shape of a trace, what arrives, numbers over time, who calls whom. */
import { expect, test } from 'vitest';
import { buildRequest, fillRequest } from '../support/otlp-request.ts';
import { readOutline } from '../support/read-outline.ts';
import { runningService } from '../support/running-service.ts';
import { ORDER } from '../support/trace-examples.ts';

const ORDER_ID = fillRequest(ORDER).spans[0]!.traceId;

test('an outline, told to be the same until something of its trace arrives', async () => {
  const service = await runningService();
  await service.send(buildRequest(ORDER));
  const first = await service.ask(`/outline/${ORDER_ID}`);
  expect(first.headers.get('content-type')).toBe('application/vnd.synton.outline');
  const { header, column } = readOutline(await first.bytes());
  expect(header.rowCount).toBe(33);
  expect(column('start')).toHaveLength(33);
  const etag = first.headers.get('etag')!;
  expect(etag).toBe(`"${header.revision}"`);
  const again = () =>
    service.ask(`/outline/${ORDER_ID}`, { headers: { 'if-none-match': `"x", ${etag}` } });
  expect((await again()).status).toBe(304);
  await service.send(buildRequest({ spans: [{ name: 'late', traceId: ORDER_ID }], seed: 5 }));
  const changed = await again();
  expect(changed.status).toBe(200);
  expect(readOutline(await changed.bytes()).header.rowCount).toBe(34);
}, 30_000);
