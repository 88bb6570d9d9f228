import { expect, test } from 'vitest';
import { BoundedRenderer } from '../../../src/api/bounded-renderer.ts';
import type { ViewRenderer } from '../../../src/views/view-renderer.ts';
import { ManualClock, settle } from '../../support/manual-clock.ts';

const FOREVER: ViewRenderer = {
  render: () => new Promise(() => {}),
  renderJson: () => new Promise(() => {}),
};

test('what was given up holds its place until it has ended', async () => {
  const clock = new ManualClock();
  const answer = Promise.withResolvers<string>();
  const slow: ViewRenderer = { ...FOREVER, renderJson: () => answer.promise };
  const renderer = new BoundedRenderer(slow, { rendersMax: 1, deadlineMs: 100 }, clock);
  const first = expect(renderer.renderJson('stats', {})).rejects.toMatchObject({
    code: 'Unavailable',
    message: expect.stringContaining('100 ms'),
  });
  await clock.advance(100);
  await first;
  await expect(renderer.renderJson('stats', {})).rejects.toThrow('answered already');
  answer.resolve('{}');
  await settle();
  expect(await renderer.renderJson('stats', {})).toBe('{}');
});

test('an aborted signal ends the wait, with its reason, and leaves no timer', async () => {
  const clock = new ManualClock();
  const renderer = new BoundedRenderer(FOREVER, { rendersMax: 2, deadlineMs: 100 }, clock);
  const stop = new AbortController();
  const asking = expect(renderer.render('stats', {}, stop.signal)).rejects.toThrow('gone');
  stop.abort(new Error('gone'));
  await asking;
  expect(clock.pending).toBe(0);
  await expect(renderer.render('stats', {}, stop.signal)).rejects.toThrow('gone');
});

test('a renderer that throws at once takes no place for ever', async () => {
  const broken: ViewRenderer = {
    ...FOREVER,
    renderJson: () => {
      throw new Error('broken');
    },
  };
  const bounds = { rendersMax: 1, deadlineMs: 100 };
  const renderer = new BoundedRenderer(broken, bounds, new ManualClock());
  for (let i = 0; i < 3; i++) await expect(renderer.renderJson('x', {})).rejects.toThrow('broken');
});
