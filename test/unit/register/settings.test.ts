/** What the environment says, and what becomes of nonsense. */
import { expect, test } from 'vitest';
import { callSummary } from '../../../src/register/call-summary.ts';
import { registerSettings } from '../../../src/register/settings.ts';
import { parseTraceParent } from '../../../src/register/trace-parent.ts';
import { newIdSeeds } from '../../../src/sdk/reports/numbered-ids.ts';

test('defaults, and what is given', () => {
  expect(registerSettings({})).toMatchObject({
    ...{ tier: 2, include: [], exclude: [], slowMs: 10, firstCalls: 20, hotCallsPerSecond: 10_000 },
    warnings: [],
  });
  const env = {
    SYNTON_TIER: '0',
    SYNTON_SLOW_MS: '0.5',
    SYNTON_INCLUDE: 'src/**, lib/{a,b}.js ,',
    SYNTON_ENDPOINT: ' http://collector:4317 ',
  };
  expect(registerSettings(env)).toMatchObject({
    ...{ tier: 0, slowMs: 0.5, include: ['src/**', 'lib/{a,b}.js'] },
    endpoint: 'http://collector:4317',
  });
});

test.each([
  ['SYNTON_TIER', '3'],
  ['SYNTON_TIER', 'all'],
  ['SYNTON_FIRST_CALLS', '-1'],
  ['SYNTON_HOT_CALLS', '1.5'],
])('%s=%s is passed over, and told', (name, value) => {
  const { warnings, ...others } = registerSettings({ [name]: value });
  expect(warnings).toEqual([expect.stringMatching(`^${name}: expected`)]);
  expect(others).toMatchObject({ tier: 2, firstCalls: 20, hotCallsPerSecond: 10_000 });
});

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

test('TRACEPARENT', () => {
  const remote = { traceId: TRACE, spanId: SPAN, isRemote: true };
  expect(parseTraceParent(`00-${TRACE}-${SPAN}-01`)).toEqual({ ...remote, traceFlags: 1 });
  expect(parseTraceParent(`cc-${TRACE}-${SPAN}-00-more`)).toEqual({ ...remote, traceFlags: 0 });
});

test.each([
  undefined,
  '',
  `00-${TRACE}-${SPAN}`,
  `00-${TRACE}-${SPAN}-01-more`,
  `ff-${TRACE}-${SPAN}-01`,
  `00-${'0'.repeat(32)}-${SPAN}-01`,
  `00-${TRACE}-${'0'.repeat(16)}-01`,
  `00-${TRACE.toUpperCase()}-${SPAN}-01`,
])('no TRACEPARENT: %s', (text) => {
  expect(parseTraceParent(text)).toBeUndefined();
});

test('a summary tells the hot first, then the most called, and how many it leaves out', () => {
  const origin = { resource: { attributes: {} }, scope: { name: 'test' } };
  const counted = Array.from({ length: 300 }, (_, n) => ({
    ...{ name: `f${n}`, file: '/a.js', line: n, calls: n + 1, isHot: n === 7 },
  }));
  const span = callSummary(counted, origin, undefined, newIdSeeds())!;
  expect(span.events.slice(0, 2).map(({ attributes }) => attributes)).toMatchObject([
    { 'code.function.name': 'f7', 'synton.calls': 8, 'synton.hot': true },
    { 'code.function.name': 'f299', 'synton.calls': 300 },
  ]);
  expect(span.events).toHaveLength(128);
  expect(span.droppedEventsCount).toBe(172);
  expect(span.attributes).toMatchObject({ 'synton.calls.functions': 300, 'synton.calls.hot': 1 });
  expect(callSummary([], origin, undefined, newIdSeeds())).toBeUndefined();
  const unseen = callSummary([], origin, undefined, newIdSeeds(), ['pg: npm i -D it']);
  expect(unseen!.attributes).toMatchObject({ 'synton.unseen': ['pg: npm i -D it'] });
});
