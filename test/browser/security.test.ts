/** Nothing that a sender writes and no page of another origin makes Synton's page or its collector do anything. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished } from 'vitest';
import { ask } from '../unit/api/running-api.ts';
import { allViews } from './support/all-views.ts';
import { test } from './support/page-test.ts';
import { plantSpans } from './support/planted-spans.ts';
import { settled } from './support/settled.ts';
import { type SyntonService, startService } from './support/synton-service.ts';

const wasRun = (page: Page) => page.evaluate(() => 'syntonPlanted' in globalThis);
/** Schemes of links that lead nowhere but to a page, an editor or a file of the page's own making. */
const SCHEMES = ['http:', 'https:', 'vscode:', 'blob:'];

describe('what senders write', () => {
  let service: SyntonService;
  let traceId: string;
  beforeAll(async () => {
    service = await startService();
    traceId = await plantSpans(service.http);
  });
  afterAll(() => service.close());

  async function expectInert(page: Page): Promise<void> {
    await settled(page);
    expect(await wasRun(page), page.url()).toBe(false);
    const schemes = await page
      .locator('a[href]')
      .evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).protocol));
    expect(schemes.filter((scheme) => !SCHEMES.includes(scheme))).toEqual([]);
    const foreign = await page
      .locator('iframe, object, embed, base, meta[http-equiv], script:not([src^="/assets/"])')
      .count();
    expect(foreign).toBe(0);
  }

  test('is text in every view', async ({ open }) => {
    const known = await allViews(inject('service').url);
    const paths = known.map(({ path }) => path.replace(/[0-9a-f]{32}/, traceId));
    for (const path of paths) await expectInert(await open(path, { url: service.url }));
  });

  test('is text in the details of a span, and in the palette', async ({ open }) => {
    for (const at of [1, 5, 9]) {
      const span = at.toString(16).padStart(16, '0');
      await expectInert(await open(`/trace/${traceId}?span=${span}`, { url: service.url }));
    }
    const page = await open('/nowhere', { url: service.url });
    await page.getByRole('button', { name: /^Go to or do/ }).click();
    await page.getByRole('combobox').fill('script');
    await page.getByRole('option').first().waitFor();
    await expectInert(page);
  });

  test('in the URL is text too', async ({ open }) => {
    const hostile = encodeURIComponent('"><img src=x onerror="globalThis.syntonPlanted=1">');
    // A trace of that name is refused, and the page says so.
    const expected = [/40[04]/];
    const paths = [`/${hostile}`, `/traces?service=${hostile}&q=${hostile}`, `/trace/${hostile}`];
    for (const path of paths) await expectInert(await open(path, { url: service.url, expected }));
  });
});

describe('the policy', () => {
  test('lets nothing run that was written into the document, and no text become code', async ({
    open,
  }) => {
    const page = await open('/nowhere', { expected: [/policy:|console error:/] });
    const tried = await page.evaluate(() => {
      const attempt = (act: () => unknown): string => {
        try {
          act();
          return 'done';
        } catch (error) {
          return (error as Error).name;
        }
      };
      return {
        inline: attempt(() => {
          const script = document.createElement('script');
          script.textContent = 'globalThis.syntonPlanted = 1';
          document.body.append(script);
        }),
        html: attempt(() => {
          document.body.insertAdjacentHTML('beforeend', '<p>planted</p>');
        }),
        handler: attempt(() => document.body.setAttribute('onclick', 'globalThis.syntonPlanted=1')),
      };
    });
    expect(tried).toEqual({ inline: 'TypeError', html: 'TypeError', handler: 'TypeError' });
    expect(await wasRun(page)).toBe(false);
  });

  test('lets no other origin be asked', async ({ open }) => {
    const page = await open('/nowhere', { expected: [/policy:|console error:|request to/] });
    const asked = await page.evaluate(() =>
      fetch('http://127.0.0.2:9/').then(
        () => 'answered',
        () => 'refused',
      ),
    );
    expect(asked).toBe('refused');
  });
});

describe('others', () => {
  /** A page of another origin. @returns where it is */
  async function elsewhere(html: string): Promise<string> {
    const server = createServer((_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end(html),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const post = async (path: string): Promise<unknown> => {
    const answer = await fetch(`${inject('service').url}${path}`);
    return answer.json();
  };

  test('make nothing happen: no demo, no compaction', async ({ open }) => {
    const { url } = inject('service');
    const other = await elsewhere(`<!doctype html><title>other</title>
      <link rel="icon" href="data:,">
      <form method="post" action="${url}/api/v1/demo" target="sink"></form><iframe name="sink"></iframe>`);
    const expected = [/request to|40\d of|console|policy/];
    const page = await open('/', { url: other, expected });
    const asked = await page.evaluate(async (to) => {
      const attempts = [
        fetch(`${to}/api/v1/demo`, { method: 'POST' }),
        fetch(`${to}/api/v1/demo`, { method: 'POST', mode: 'no-cors' }),
        fetch(`${to}/api/v1/storage/compact`, { method: 'POST', mode: 'no-cors' }),
        fetch(`${to}/api/v1/instr/traces`),
      ];
      document.forms[0]!.submit();
      const settledAll = await Promise.allSettled(attempts);
      return settledAll.map((one) => (one.status === 'fulfilled' ? one.value.type : 'refused'));
    }, url);
    // What is opaque was answered, with a no that its page cannot read; nothing of ours is readable there.
    expect(asked.filter((type) => !['refused', 'opaque'].includes(type))).toEqual([]);
    expect(await post('/api/v1/demo')).toMatchObject({ status: 'none', run: 0 });
    expect(await post('/api/v1/storage')).toMatchObject({ compaction: { run: 0 } });
  });

  test('cannot frame the page', async ({ open }) => {
    const { url } = inject('service');
    const other = await elsewhere(`<!doctype html><title>other</title>
      <link rel="icon" href="data:,"><iframe src="${url}/traces"></iframe>`);
    const expected = [/request to|console|policy/];
    const page = await open('/', { url: other, expected });
    await page.waitForTimeout(500);
    const framed = page.frames().filter((frame) => frame.url().startsWith(url));
    for (const frame of framed) expect(await frame.locator('#app').count()).toBe(0);
  });

  test.for(['/', '/traces', '/api', '/api/v1/instr/traces', '/assets/any.js'])(
    '%s by a name that is not ours is refused',
    async (path) => {
      const { port } = new URL(inject('service').url);
      for (const headers of [{ host: 'evil.com' }, { origin: 'https://evil.com' }]) {
        const answer = await ask(Number(port), path, {
          headers: { accept: 'text/html', ...headers },
        });
        expect([answer.status, answer.json()['code']]).toEqual([403, 'ForbiddenHost']);
      }
    },
  );

  test.for([
    '/assets/../page.json',
    '/assets/..%2f..%2fbin.js',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/../../etc/passwd',
    '/.vite/manifest.json',
  ])('%s is nothing', async (path) => {
    const { port } = new URL(inject('service').url);
    const answer = await ask(Number(port), path);
    expect(answer.status).toBe(404);
  });
});
