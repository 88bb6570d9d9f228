/** /metrics, read as Prometheus reads it. */
import { expect, test } from 'vitest';
import { COUNTER_TABLE, DROP_REASONS } from '../../../src/telemetry/counters.ts';
import { runningApi } from './running-api.ts';

interface Family {
  type: string;
  help: string;
  readonly samples: Map<string, number>;
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const SAMPLE =
  /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_]\w*="(?:[^"\\]|\\[\\"n])*",?)*\})? (NaN|[+-]Inf|[-+0-9.e]+)$/;

/** The text format 0.0.4; throws on a line that is none of it. */
function parse(text: string): Map<string, Family> {
  expect(text.endsWith('\n')).toBe(true);
  const families = new Map<string, Family>();
  const family = (name: string): Family => {
    expect(name).toMatch(NAME);
    const known = families.get(name) ?? { type: '', help: '', samples: new Map() };
    families.set(name, known);
    return known;
  };
  for (const line of text.split('\n').filter((line) => line !== '')) {
    const comment = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line);
    if (comment) {
      const [, what, name, said] = comment;
      if (what === 'HELP') family(name!).help = said!;
      else family(name!).type = said!;
      continue;
    }
    const sample = SAMPLE.exec(line);
    if (!sample) throw new Error(`not a sample: ${line}`);
    const [, name, labels = '', value] = sample;
    const { samples, type } = family(name!);
    expect(type, `${name} has its type before its samples`).not.toBe('');
    expect(samples.has(labels), `${line} comes once`).toBe(false);
    samples.set(labels, Number(value));
  }
  return families;
}

test('every counter, every reason, and the gauges it was given', async () => {
  const api = await runningApi({
    gauges: [
      { name: 'synton_ring_spans', help: 'Spans in the ring', read: () => 42 },
      { name: 'synton_store_bytes', help: 'Bytes kept', read: async () => 1.5e9 },
      {
        name: 'synton_forward_in_flight',
        help: 'Spans on their way',
        read: () => [
          { value: 1, labels: { destination: 'http://a "quoted" \\ \n name' } },
          { value: 2, labels: { destination: 'b' } },
        ],
      },
      { name: 'synton_unknown', help: 'Nothing to say', read: () => undefined },
    ],
  });
  api.renderer.counters.drop('sampled_out', 7);
  await api.clock.advance(500);
  const answer = await api.ask('/metrics');
  expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  const families = parse(answer.text);
  const sampleOf = (name: string, labels = '') => families.get(name)?.samples.get(labels);

  expect(sampleOf('synton_spans_received_total')).toBe(117);
  for (const [name, help] of Object.entries(COUNTER_TABLE)) {
    expect(families.get(`synton_${name}_total`)).toMatchObject({ type: 'counter', help });
  }
  expect(families.get('synton_dropped_total')!.samples.size).toBe(Object.keys(DROP_REASONS).length);
  expect(sampleOf('synton_dropped_total', '{reason="sampled_out"}')).toBe(7);
  expect(families.get('synton_ring_spans')).toMatchObject({
    type: 'gauge',
    help: 'Spans in the ring',
  });
  expect(sampleOf('synton_ring_spans')).toBe(42);
  expect(sampleOf('synton_store_bytes')).toBe(1.5e9);
  expect(families.get('synton_forward_in_flight')!.samples.size).toBe(2);
  expect(sampleOf('synton_unknown')).toBeUndefined();
  expect(sampleOf('synton_build_info', '{version="1.2.3"}')).toBe(1);
  expect(sampleOf('synton_uptime_seconds')).toBe(3600.5);
  expect(sampleOf('process_resident_memory_bytes')).toBeGreaterThan(1e6);
  expect(sampleOf('process_cpu_seconds_total')).toBeGreaterThan(0);
});

test('counters are read anew each time, by as many as ask', async () => {
  const api = await runningApi();
  await api.ask('/metrics');
  api.renderer.counters.add('spans_forwarded', 5);
  const answers = await Promise.all(
    ['/metrics', '/api/v1/instr/metrics', '/metrics'].map((path) => api.ask(path)),
  );
  for (const { text } of answers) {
    expect(parse(text).get('synton_spans_forwarded_total')!.samples.get('')).toBe(5);
  }
});

test('a gauge that fails is left out and said; the rest is there', async () => {
  const api = await runningApi({
    gauges: [
      {
        name: 'synton_broken',
        help: 'Broken',
        read: () => Promise.reject(new Error('no such ring')),
      },
    ],
  });
  const families = parse((await api.ask('/metrics')).text);
  expect(families.has('synton_broken')).toBe(false);
  expect(families.get('synton_requests_total')!.samples.get('')).toBe(3);
  expect(api.logged).toEqual(['a gauge could not be read']);
});
