/** The services view: the map by mouse and by keys, the same as tables, the panel of one, and what was looked at. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { expectAccessible } from './support/expect-accessible.ts';
import { test } from './support/page-test.ts';
import { settled } from './support/settled.ts';
import { type SyntonService, startService } from './support/synton-service.ts';

const param = (page: Page, name: string) => new URL(page.url()).searchParams.get(name);
const pathOf = (page: Page) => new URL(page.url()).pathname;
const map = (page: Page) => page.getByRole('group', { name: 'Map of services' });
const node = (page: Page, name: string) =>
  map(page).getByRole('button', { name: new RegExp(`^${name}, `) });
const panel = (page: Page, name: string) => page.getByRole('complementary', { name });
const placeOf = async (page: Page, name: string) => (await node(page, name).boundingBox())!;
const focused = (page: Page) =>
  page.evaluate(() => document.activeElement?.getAttribute('data-name') ?? undefined);

describe('the map', () => {
  test('has every service of the demo, callers left of those they call', async ({ open }) => {
    const page = await open('/services');
    for (const name of ['web', 'checkout', 'stock', 'payment', 'mail-worker']) {
      await node(page, name).waitFor();
    }
    expect((await placeOf(page, 'web')).x).toBeLessThan((await placeOf(page, 'checkout')).x);
    expect((await placeOf(page, 'checkout')).x).toBeLessThan((await placeOf(page, 'payment')).x);
    expect(
      await map(page)
        .getByText(/^checkout, service, .*errors, p95 /)
        .count(),
    ).toBe(1);
    await page.getByText(/Calls were read from/).waitFor();
  });

  test('lights up what one points at, by mouse and by keys', async ({ open }) => {
    const page = await open('/services');
    await node(page, 'payment').hover();
    await expect.poll(() => page.locator('.map-node-dim').count()).toBeGreaterThan(0);
    expect(await node(page, 'checkout').getAttribute('class')).not.toContain('map-node-dim');
    await page.mouse.move(5, 300);
    await expect.poll(() => page.locator('.map-node-dim').count()).toBe(0);
    await node(page, 'web').focus();
    await expect.poll(() => page.locator('.map-node-dim').count()).toBeGreaterThan(0);
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => focused(page)).not.toBe('web');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => focused(page)).toBe('web');
  });

  test('opens a panel by click, which goes from service to service', async ({ open }) => {
    const page = await open('/services');
    await node(page, 'checkout').click();
    await panel(page, 'checkout').waitFor();
    expect(param(page, 'node')).toBe('checkout');
    await panel(page, 'checkout')
      .getByRole('button', { name: /^payment/ })
      .click();
    await panel(page, 'payment').getByText('Called by').waitFor();
    await page.goBack();
    await panel(page, 'checkout').getByRole('heading', { name: 'Operations' }).waitFor();
    await expectAccessible(page);
    await page.reload();
    await panel(page, 'checkout').getByRole('link', { name: 'Failed traces' }).click();
    await expect.poll(() => pathOf(page)).toBe('/traces');
    expect([param(page, 'service'), param(page, 'status')]).toEqual(['checkout', 'Failed']);
  });

  test('opens a panel by Enter, and Escape closes it', async ({ open }) => {
    const page = await open('/services');
    await node(page, 'payment').focus();
    await page.keyboard.press('Enter');
    await panel(page, 'payment').waitFor();
    await page.keyboard.press('Escape');
    await panel(page, 'payment').waitFor({ state: 'detached' });
    expect(param(page, 'node')).toBeNull();
  });

  test('is moved and zoomed by mouse, and fitted again; a drag is no click', async ({ open }) => {
    const page = await open('/services');
    const before = await placeOf(page, 'checkout');
    const from = { x: before.x + 20, y: before.y + 10 };
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(from.x - 80, from.y + 40, { steps: 4 });
    await page.mouse.up();
    const moved = await placeOf(page, 'checkout');
    expect(moved.x - before.x).toBeCloseTo(-80, -1);
    expect(moved.y - before.y).toBeCloseTo(40, -1);
    expect(param(page, 'node')).toBeNull();
    await page.mouse.wheel(0, -300);
    await expect
      .poll(async () => (await placeOf(page, 'checkout')).width)
      .toBeGreaterThan(before.width * 1.2);
    await page.getByRole('button', { name: 'Fit' }).click();
    await expect.poll(async () => (await placeOf(page, 'checkout')).x).toBeCloseTo(before.x, 0);
  });

  test('tells of each call how often, how many fail and how slow', async ({ open }) => {
    const page = await open('/services');
    await node(page, 'web').waitFor();
    const told = page.locator('.map-edge title').getByText(/^checkout calls payment: /);
    expect(await told.first().textContent()).toMatch(
      /: [\d.]+\/\w+, [\d.]+% errors, p95 [\d.]+ m?s$/,
    );
    await node(page, 'payment').focus();
    const label = page.locator('.map-edge-text').filter({ hasText: 'checkout calls payment' });
    await label
      .locator('.map-edge-errors')
      .getByText(/^[\d.]+%$/)
      .waitFor();
    await page.locator('.map-edge-failed').first().waitFor();
  });

  test('is zoomed by its buttons', async ({ open }) => {
    const page = await open('/services');
    const { width } = await placeOf(page, 'web');
    const of = async () => (await placeOf(page, 'web')).width;
    await page.getByRole('button', { name: 'Closer' }).click();
    await expect.poll(of).toBeGreaterThan(width);
    const near = await of();
    await page.getByRole('button', { name: 'Further' }).click();
    await expect.poll(of).toBeLessThan(near);
  });

  test('leads from a service to its statistics and traces by keys; the range goes with it', async ({
    open,
  }) => {
    const page = await open('/services?node=stock&last=3h');
    await panel(page, 'stock').getByRole('link', { name: 'Statistics' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => pathOf(page)).toBe('/statistics');
    expect([param(page, 'service'), param(page, 'last')]).toEqual(['stock', '3h']);
    await page.goBack();
    await panel(page, 'stock').getByRole('link', { name: 'Traces', exact: true }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => pathOf(page)).toBe('/traces');
    expect([param(page, 'service'), param(page, 'last')]).toEqual(['stock', '3h']);
  });

  test('is asked for again by a key and by mouse, and of another time', async ({ open }) => {
    const page = await open('/services');
    await node(page, 'web').waitFor();
    const refresh = page.getByRole('button', { name: 'Refresh' });
    for (const ask of [() => page.keyboard.press('r'), () => refresh.click()]) {
      await settled(page);
      const [asked] = await Promise.all([page.waitForRequest(/services\/map/), ask()]);
      expect((await asked.response())!.status()).toBe(200);
    }
    await page.getByRole('combobox', { name: 'Time range' }).selectOption('7d');
    await expect.poll(() => param(page, 'last')).toBe('7d');
    await node(page, 'web').waitFor();
    await page.goBack();
    await expect.poll(() => param(page, 'last')).toBeNull();
  });

  test('is zoomed by keys, and fitted again', async ({ open }) => {
    const page = await open('/services');
    const { width } = await placeOf(page, 'web');
    await page.keyboard.press('+');
    await expect.poll(async () => (await placeOf(page, 'web')).width).toBeGreaterThan(width);
    for (const key of ['-', '-']) await page.keyboard.press(key);
    await expect.poll(async () => (await placeOf(page, 'web')).width).toBeLessThan(width);
    await page.keyboard.press('0');
    await expect.poll(async () => (await placeOf(page, 'web')).width).toBeCloseTo(width, 0);
  });
});

describe('the table', () => {
  test('says the same, by mouse', async ({ open }) => {
    const page = await open('/services');
    await page.getByRole('link', { name: 'Table' }).click();
    await expect.poll(() => param(page, 'view')).toBe('table');
    const calls = page.getByRole('table', { name: 'Who calls whom' });
    await calls.getByRole('row', { name: /^web checkout/ }).waitFor();
    const services = page.getByRole('table', { name: 'Services and what they use' });
    await services.getByRole('button', { name: 'stock' }).click();
    await panel(page, 'stock').waitFor();
    await expectAccessible(page);
  });

  test('says the same, by keys', async ({ open }) => {
    const page = await open('/services');
    await node(page, 'web').waitFor();
    await page.keyboard.press('v');
    const services = page.getByRole('table', { name: 'Services and what they use' });
    await services.getByRole('button', { name: 'web' }).focus();
    await page.keyboard.press('Enter');
    await panel(page, 'web').waitFor();
    await page.keyboard.press('v');
    await expect.poll(() => node(page, 'web').getAttribute('aria-pressed')).toBe('true');
  });

  test('comes first where it is narrow, and the map is one step away', async ({ open }) => {
    const page = await open('/services', { size: { width: 390, height: 844 } });
    await page.getByRole('table', { name: 'Who calls whom' }).waitFor();
    await page.getByRole('link', { name: 'Map' }).click();
    await node(page, 'web').waitFor();
  });
});

describe('the map where it is narrow', () => {
  const narrow = { size: { width: 390, height: 844 } };

  test('has callers above those they call, and comes to the one that is chosen', async ({
    open,
  }) => {
    const page = await open('/services?view=map', narrow);
    await node(page, 'web').waitFor();
    expect((await placeOf(page, 'web')).y).toBeLessThan((await placeOf(page, 'checkout')).y);
    await page.getByRole('button', { name: 'Fit' }).click();
    await expect.poll(async () => (await placeOf(page, 'web')).width).toBeLessThan(80);
    for (const name of ['payment', 'api.psp.example']) {
      const { x, width } = await placeOf(page, name);
      expect(x >= 0 && x + width <= 390).toBe(true);
    }
    await node(page, 'payment').click();
    await panel(page, 'payment').waitFor();
    const top = (await panel(page, 'payment').boundingBox())!.y;
    await expect.poll(async () => (await placeOf(page, 'payment')).width).toBeGreaterThan(80);
    await expect
      .poll(async () => {
        const { y, height } = await placeOf(page, 'payment');
        return y > 0 && y + height < top;
      })
      .toBe(true);
    await expectAccessible(page);
  });

  test('is zoomed by two fingers, and moved by one', async ({ open }) => {
    const page = await open('/services?view=map', narrow);
    const before = await placeOf(page, 'web');
    const touch = (type: string, pointerId: number, clientX: number, clientY: number) =>
      map(page).dispatchEvent(type, {
        ...{ pointerId, clientX, clientY, pointerType: 'touch', button: 0, buttons: 1 },
        bubbles: true,
      });
    await touch('pointerdown', 11, 100, 300);
    await touch('pointerdown', 12, 200, 300);
    await touch('pointermove', 12, 300, 300);
    await expect
      .poll(async () => (await placeOf(page, 'web')).width)
      .toBeGreaterThan(before.width * 1.8);
    for (const finger of [11, 12]) await touch('pointerup', finger, 0, 0);
    const { y, height } = await placeOf(page, 'web');
    await page.mouse.move(20, 650);
    await page.mouse.down();
    await page.mouse.move(20, 610, { steps: 3 });
    await page.mouse.up();
    const moved = await placeOf(page, 'web');
    expect(moved.height).toBeCloseTo(height, 0);
    expect(moved.y - y).toBeCloseTo(-40, -1);
  });
});

describe('a service that has nothing', () => {
  let service: SyntonService;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.close());

  test('says what to do', async ({ open }) => {
    const page = await open('/services', { url: service.url });
    await page.getByText('No service sent anything in this time').waitFor();
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Show the last 7 days' }).click();
    await expect.poll(() => param(page, 'last')).toBe('7d');
  });
});
