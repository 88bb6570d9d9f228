/** A real program whose spans start and end while its trace is looked at: what moves does, what the reader has chosen stays. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { expectAccessible } from './support/expect-accessible.ts';
import { test } from './support/page-test.ts';
import { DIST, type SyntonService, startService } from './support/synton-service.ts';

const grid = (page: Page) => page.getByRole('treegrid', { name: 'Spans of this trace' });
const selected = (page: Page) => grid(page).locator('[aria-selected="true"]');
const rowOf = (page: Page, name: string) =>
  grid(page).getByRole('row', { name: new RegExp(`^${name},`) });

/** Starts and ends spans below one as it is told, a line each: `start a`, `end a`, `fail a`. */
const PROGRAM = `import { context, trace } from ${JSON.stringify(import.meta.resolve('@opentelemetry/api'))};
import { BasicTracerProvider } from ${JSON.stringify(import.meta.resolve('@opentelemetry/sdk-trace-base'))};
import { createInterface } from 'node:readline';
import { SyntonSpanProcessor } from ${JSON.stringify(pathToFileURL(join(DIST, 'sdk/index.js')).href)};
const endpoint = process.argv[1];
const processor = new SyntonSpanProcessor({ export: { endpoint, format: 'otlp-http' } });
const tracer = new BasicTracerProvider({ spanProcessors: [processor] }).getTracer('program');
const root = tracer.startSpan('nightly');
const below = trace.setSpan(context.active(), root);
const open = new Map([['nightly', root]]);
console.log(root.spanContext().traceId);
for await (const line of createInterface({ input: process.stdin })) {
  const [what, name] = line.split(' ');
  if (what === 'start') open.set(name, tracer.startSpan(name, { startTime: Date.now() + open.size }, below));
  else {
    if (what === 'fail') open.get(name).setStatus({ code: 2, message: 'refused' });
    open.get(name).end();
  }
  await processor.forceFlush();
}
await processor.shutdown();`;

let service: SyntonService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

async function startProgram(): Promise<{ child: ChildProcess; traceId: string }> {
  const args = ['--input-type=module', '--eval', PROGRAM, service.http];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const traceId = await new Promise<string>((resolve) =>
    child.stdout!.once('data', (line) => resolve(String(line).trim())),
  );
  return { child, traceId };
}

test('spans start, fail and end in the open trace, which keeps its place', async ({ open }) => {
  const { child, traceId } = await startProgram();
  const tell = (...lines: readonly string[]) =>
    child.stdin!.write(lines.map((line) => `${line}\n`).join(''));
  tell(...Array.from({ length: 30 }, (_, at) => `start step-${at}`));
  const size = { width: 1280, height: 480 };
  const page = await open(`/trace/${traceId}`, {
    ...{ url: service.url, size, expected: [/404/] },
  });
  const count = () => grid(page).getAttribute('aria-rowcount');
  await expect.poll(count).toBe('31');
  await page.getByText('31 running').waitFor();
  await expect.poll(() => rowOf(page, 'nightly').getAttribute('aria-label')).toMatch(/, running/);
  // It grows by itself, while nothing is told.
  const took = () => page.locator('.trace-duration').innerText();
  const begun = await took();
  await expect.poll(took).not.toBe(begun);
  await expectAccessible(page);

  const scroller = page.locator('.timeline-scroll');
  await scroller.evaluate((element) => element.scrollTo(0, 240));
  await rowOf(page, 'step-14').click();
  await page.keyboard.press('ArrowUp');
  await expect.poll(() => new URL(page.url()).searchParams.get('from')).not.toBeNull();
  const seen = async () => ({
    top: await scroller.evaluate(({ scrollTop }) => scrollTop),
    y: (await selected(page).boundingBox())!.y,
    url: page.url(),
  });
  const before = await seen();
  tell('start late', 'end step-14', 'fail step-15', 'end step-2');
  await expect.poll(count).toBe('32');
  await expect.poll(() => rowOf(page, 'step-15').getAttribute('aria-label')).toMatch(/, failed/);
  await expect
    .poll(() => selected(page).getAttribute('aria-label'))
    .toMatch(/^step-14,(?!.*running)/);
  await page.getByText('29 running').waitFor();
  await page.getByRole('complementary').getByText('completed').waitFor();
  expect(await seen()).toEqual(before);

  // Who has scrolled away from what is selected is not fetched back.
  await scroller.evaluate((element) => element.scrollTo(0, 0));
  tell('start later');
  await expect.poll(count).toBe('33');
  expect(await scroller.evaluate(({ scrollTop }) => scrollTop)).toBe(0);
  await scroller.evaluate((element, top) => element.scrollTo(0, top), before.top);

  // Another tab of the browser sees the same, in the list too.
  const list = await page.context().newPage();
  await list.goto('/traces');
  const row = list.getByRole('grid').getByRole('row', { name: /nightly/ });
  await row.getByText('running').waitFor();
  await page.bringToFront();
  tell(
    ...Array.from({ length: 30 }, (_, at) => `end step-${at}`).filter(
      (_, at) => ![2, 14, 15].includes(at),
    ),
  );
  tell('end late', 'end later', 'end nightly');
  child.stdin!.end();
  await page.getByText(/\d+ running/).waitFor({ state: 'detached' });
  expect(await seen()).toEqual(before);
  await list.bringToFront();
  await row.getByText('running').waitFor({ state: 'detached' });
});

test('what runs leaves nobody out, in any tab', async ({ open }) => {
  const { child, traceId } = await startProgram();
  child.stdin!.write('start hangs\n');
  const page = await open(`/trace/${traceId}`, { url: service.url, expected: [/404/] });
  await page.getByText('2 running').waitFor();
  for (const view of ['timeline', 'lifecycle', 'flame', 'table']) {
    await page.goto(`/trace/${traceId}?view=${view}`);
    await page.getByRole('heading', { name: 'nightly' }).waitFor();
    await expectAccessible(page);
  }
});

test('what a program leaves open when it is killed is told to be without it', async ({ open }) => {
  const { child, traceId } = await startProgram();
  child.stdin!.write('start hangs\n');
  const page = await open(`/trace/${traceId}`, { url: service.url, expected: [/404/] });
  await page.getByText('2 running').waitFor();
  child.kill('SIGKILL');
  // It gives a sign of life every 5 s, and is gone after 15 s without one.
  await page.getByText('2 without a process').waitFor({ timeout: 40_000 });
  await expect
    .poll(() => rowOf(page, 'hangs').getAttribute('aria-label'))
    .toMatch(/, never ended, its process is gone/);
  await expectAccessible(page);
  const list = await page.context().newPage();
  await list.goto('/traces');
  await list
    .getByRole('grid')
    .getByRole('row', { name: /nightly/ })
    .getByText('stale')
    .first()
    .waitFor();
});
