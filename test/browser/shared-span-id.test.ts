/** Calls that have one span id at both ends, as some senders make them: each end is a span like any other. */
import { randomBytes } from 'node:crypto';
import { expect, inject } from 'vitest';
import { paramOf } from './support/open-tab.ts';
import { test } from './support/page-test.ts';
import { settled } from './support/settled.ts';

const ID = (at: number): string => at.toString(16).padStart(16, '0');
const CLIENT = 3;
const SERVER = 2;

async function sendShared(): Promise<string> {
  const traceId = randomBytes(16).toString('hex');
  const begin = BigInt(Date.now() - 1_000) * 1_000_000n;
  const span = (service: string, id: number, parent: number, name: string, kind: number) => ({
    resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
    scopeSpans: [
      {
        spans: [
          {
            ...{ traceId, spanId: ID(id), parentSpanId: parent ? ID(parent) : '', name, kind },
            startTimeUnixNano: String(begin + BigInt(id) * 1_000_000n),
            endTimeUnixNano: String(begin + BigInt(100 - id) * 1_000_000n),
            attributes: [{ key: 'end', value: { stringValue: `the end of ${service}` } }],
          },
        ],
      },
    ],
  });
  const resourceSpans = [
    span('shared-web', 1, 0, 'GET /', SERVER),
    span('shared-web', 2, 1, 'call stock', CLIENT),
    span('shared-stock', 2, 1, 'answer stock', SERVER),
    span('shared-stock', 3, 2, 'SELECT', CLIENT),
  ];
  const response = await fetch(`${inject('service').http}/v1/traces`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
    body: JSON.stringify({ resourceSpans }),
  });
  if (!response.ok) throw new Error(await response.text());
  return traceId;
}

for (const [view, next, previous] of [
  ['timeline', 'f', 'b'],
  ['table', 'f', 'b'],
  ['flame', 'ArrowDown', 'ArrowUp'],
] as const)
  test(`${view}: keys go past it, the details tell each end, and the link brings it back`, async ({
    open,
  }) => {
    const page = await open(`/trace/${await sendShared()}?view=${view}`);
    const details = page.getByRole('complementary');
    const name = details.getByRole('heading', { level: 2 });
    await settled(page);
    for (const expected of ['GET /', 'call stock', 'answer stock', 'SELECT']) {
      await page.keyboard.press(next);
      await expect.poll(() => name.textContent()).toBe(expected);
    }
    await page.keyboard.press(previous);
    await expect.poll(() => name.textContent()).toBe('answer stock');
    await details.getByText('the end of shared-stock').waitFor();
    await expect.poll(() => paramOf(page, 'span')).toBe(`${ID(2)}-2`);
    await page.reload();
    await expect.poll(() => name.textContent()).toBe('answer stock');
    await details.getByText('the end of shared-stock').waitFor();
  });
