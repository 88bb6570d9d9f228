/** What the demo tells of: the same for a seed, sound as traces, and all that it promises to show. */
import { SpanKind } from '@opentelemetry/api';
import { describe, expect, test } from 'vitest';
import { DemoRandom } from '../../../src/demo/demo-random.ts';
import { SERVICE_NAMES } from '../../../src/demo/demo-services.ts';
import { anyScene } from '../../../src/demo/scenes/any-scene.ts';
import { orderHistory } from '../../../src/demo/scenes/browse.ts';
import { burst, report, shelf } from '../../../src/demo/scenes/catalogue.ts';
import { digest, newsletter } from '../../../src/demo/scenes/mail.ts';
import { order } from '../../../src/demo/scenes/order.ts';
import { type SpanPlan, spansIn } from '../../../src/demo/span-plan.ts';

function scenes(seed: number, count = 300): readonly SpanPlan[] {
  const random = new DemoRandom(seed);
  return Array.from({ length: count }, () => anyScene(random, false));
}

/** With what follows from it. */
function all(plan: SpanPlan): readonly SpanPlan[] {
  return [plan, ...plan.children.flatMap(all), ...plan.followers.flatMap(({ root }) => all(root))];
}

const spans = scenes(7).flatMap(all);
const named = (name: string) => spans.filter((span) => span.name === name);

test('a seed makes the same shop, another makes another', () => {
  expect(scenes(7)).toEqual(scenes(7));
  expect(scenes(7)).not.toEqual(scenes(8));
});

test('every span ends after it began, within what waits for it, and events lie within', () => {
  const look = (plan: SpanPlan): void => {
    const { startMs, endMs, children, events } = plan;
    expect(endMs).toBeGreaterThan(startMs);
    for (const { atMs } of events) expect(atMs >= startMs && atMs <= endMs!).toBe(true);
    for (const child of children) {
      expect(child.startMs).toBeGreaterThanOrEqual(startMs);
      if (child.name !== 'recordVisit') expect(child.endMs!).toBeLessThanOrEqual(endMs!);
      look(child);
    }
  };
  for (const plan of scenes(7)) look(plan);
});

describe('what it shows', () => {
  test('six services', () => {
    expect(new Set(spans.map(({ service }) => service))).toEqual(new Set(SERVICE_NAMES));
  });

  test('errors with a stack, but few', () => {
    const failed = spans.filter(({ failure }) => failure !== undefined);
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.length).toBeLessThan(spans.length / 20);
    const [exception] = spans.flatMap(({ events }) =>
      events.filter(({ name }) => name === 'exception'),
    );
    expect(exception!.attributes['exception.stacktrace']).toMatch(/^\w+: .*\n {4}at \w+ \(\/srv/);
  });

  test('retries: the same call again, later, after a failure', () => {
    const retried = all(order(new DemoRandom(1), 'retried')).find(
      ({ name }) => name === 'authorise',
    )!;
    const calls = retried.children.filter(({ kind }) => kind === SpanKind.CLIENT);
    expect(calls.length).toBeGreaterThan(1);
    expect(calls.map(({ failure }) => failure === undefined)).toEqual(
      calls.map((_, at) => at === calls.length - 1),
    );
    expect(calls[1]!.attributes['http.request.resend_count']).toBe(1);
    expect(calls[1]!.startMs).toBeGreaterThan(calls[0]!.endMs!);
  });

  test('a query in a loop', () => {
    const [list] = all(orderHistory(new DemoRandom(1))).filter(({ name }) => name === 'listOrders');
    const texts = list!.children.map(({ attributes }) => attributes['db.query.text']);
    expect(texts.filter((text) => text === texts[1]).length).toBeGreaterThanOrEqual(16);
  });

  test('a message whose taking is another trace', () => {
    const producer = named('publish receipts')[0]!;
    expect(producer.kind).toBe(SpanKind.PRODUCER);
    expect(producer.followers[0]!.root).toMatchObject({
      service: 'mail-worker',
      kind: SpanKind.CONSUMER,
      startMs: 0,
    });
  });

  test('an assistant that calls tools, some at the same time', () => {
    const agents = named('invoke_agent shop assistant');
    const tools = agents.map(({ children }) =>
      children.filter(({ name }) => name.startsWith('execute_tool ')),
    );
    expect(tools.every(({ length }) => length > 0)).toBe(true);
    const many = tools.find(({ length }) => length > 1)!;
    expect(new Set(many.map(({ startMs }) => startMs)).size).toBe(1);
  });

  test('calls to several at once', () => {
    const [page] = named('GET /shelf/{shelf}');
    const calls = page!.children.filter(({ name }) => name.startsWith('GET /'));
    expect(calls[0]!.startMs).toBe(calls[1]!.startMs);
  });

  test('no call by its method alone', () => {
    const clients = spans.filter(({ kind }) => kind === SpanKind.CLIENT);
    expect(clients.filter(({ name }) => /^[A-Z]+$/.test(name))).toEqual([]);
    const called = clients.find(({ name }) => name === 'POST /articles/{id}/reserve');
    expect(called!.attributes).toMatchObject({ 'url.template': '/articles/{id}/reserve' });
  });

  test('a program that hangs: what is above it hangs too, what went before has ended', () => {
    const plan = newsletter(new DemoRandom(1));
    const open = all(plan).filter(({ endMs }) => endMs === undefined);
    expect(open.map(({ name }) => name)).toEqual(['send newsletter', 'sendIssue', 'SMTP send']);
    expect(open.every(({ isTold }) => isTold)).toBe(true);
    expect(spansIn(plan)).toBeGreaterThan(open.length + 3);
  });

  test('a job that is told of when it begins, and ends', () => {
    const plan = digest(new DemoRandom(1));
    expect(plan.isTold).toBe(true);
    expect(plan.endMs!).toBeGreaterThan(10_000);
    expect(plan.endMs!).toBeLessThan(60_000);
  });
});

describe('what the big trace is made of', () => {
  test('shelves within their bound, nine levels of them', () => {
    const depth = ({ children }: SpanPlan): number => 1 + Math.max(0, ...children.map(depth));
    let deepest = 0;
    for (let seed = 0; seed < 200; seed++) {
      const plan = shelf(new DemoRandom(seed), 'a', 0);
      expect(spansIn(plan)).toBeLessThanOrEqual(250);
      deepest = Math.max(deepest, depth(plan));
    }
    expect(deepest).toBe(9);
  });

  test.each([1, 2, 250])('a burst of exactly %i spans', (count) => {
    expect(spansIn(burst(new DemoRandom(1), 'a', 0, count))).toBe(count);
  });

  test('the report', () => {
    expect(spansIn(report(new DemoRandom(1), 0))).toBe(5);
  });
});

test('times are log-normal: half below the median, few far above', () => {
  const random = new DemoRandom(3);
  const times = Array.from({ length: 20_000 }, () => random.around(10)).sort((a, b) => a - b);
  expect(times[10_000]).toBeCloseTo(10, 0);
  expect(times[19_800]! / times[10_000]!).toBeGreaterThan(3.5);
  expect(times[19_800]! / times[10_000]!).toBeLessThan(4.6);
});
