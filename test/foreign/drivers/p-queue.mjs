/** p-queue: small ES modules, async methods and private fields, timers and signals. */
import PQueue, * as module from 'p-queue';
import { surface, tell } from './transcript.mjs';

surface('queue', module, 2);
const wait = (ms, value) => new Promise((done) => setTimeout(done, ms, value));
const order = [];
const job =
  (name, ms = 1) =>
  async () => {
    order.push(`${name} starts`);
    await wait(ms);
    order.push(`${name} ends`);
    return name;
  };
const queue = new PQueue({ concurrency: 2 });
for (const event of ['active', 'idle', 'empty', 'add', 'next', 'completed', 'error'])
  queue.addEventListener(event, ({ type, detail }) => order.push([type, String(detail)]));
await tell('one', () => queue.add(job('one')));
await tell('many', () => {
  // The first is done when the last is, however busy the machine.
  const { promise, resolve } = Promise.withResolvers();
  const first = async () => {
    order.push('a starts');
    await promise;
    order.push('a ends');
    return 'a';
  };
  const last = async () => {
    resolve(await job('c')());
    return 'c';
  };
  return queue.addAll([first, job('b'), last]);
});
await tell('priority', async () => {
  const one = new PQueue({ concurrency: 1, autoStart: false });
  const done = [0, 5, 2].map((priority) =>
    one.add(job(`p${priority}`), { priority, id: String(priority) }),
  );
  one.setPriority('0', 9);
  one.start();
  return Promise.all(done);
});
await tell('failing', () =>
  queue.add(async () => {
    await null;
    throw new RangeError('job');
  }),
);
await tell('throwing', () =>
  queue.add(() => {
    throw new TypeError('at once');
  }),
);
await tell('not a job', () => queue.add(5));
await tell('timeout', () => queue.add(() => wait(1_000), { timeout: 3 }));
await tell('aborted', () =>
  queue.add(() => wait(50), { signal: AbortSignal.abort(new Error('gone')) }),
);
await tell('paused', async () => {
  queue.pause();
  const late = queue.add(job('late'));
  const before = [queue.size, queue.pending, queue.isPaused];
  queue.start();
  await late;
  return [before, queue.size];
});
await tell('cleared', async () => {
  queue.pause();
  void queue.add(job('never')).catch(() => {});
  queue.clear();
  queue.start();
  await queue.onIdle();
  return queue.size;
});
await tell('empty', async () => {
  void queue.add(job('x'));
  await queue.onEmpty();
  await queue.onIdle();
});
await tell('size less than', async () => {
  void queue.addAll([job('m'), job('n'), job('o')]);
  await queue.onSizeLessThan(2);
  await queue.onIdle();
});
await tell('interval', async () => {
  const slow = new PQueue({ intervalCap: 1, interval: 5 });
  await slow.addAll([job('i1'), job('i2')]);
});
for (const options of [
  { concurrency: 0 },
  { concurrency: 'x' },
  { intervalCap: -1, interval: 1 },
  { interval: -5, intervalCap: 1 },
])
  tell('misused', () => new PQueue(options));
tell('order', () => order);
