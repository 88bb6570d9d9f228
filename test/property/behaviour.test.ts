/** A snapshot of behaviour does not flake: chance in concurrent code, clocks and ids leave no trace in it. */
import { context, trace as otel, SpanStatusCode } from '@opentelemetry/api';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { record } from '../../src/testing/index.ts';
import { runs } from '../support/property-runs.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { unregisterProvider } from '../unit/tracing/registered-provider.ts';

afterAll(unregisterProvider);

/** A function that does its steps one after another, and what is in one step at once. */
interface Piece {
  readonly name: string;
  readonly fails: boolean;
  readonly steps: readonly (readonly Piece[])[];
}

function pieces(levels: number): fc.Arbitrary<Piece> {
  const step = () => fc.array(pieces(levels - 1), { minLength: 1, maxLength: 4 });
  return fc.record({
    name: fc.constantFrom('a', 'b', 'c', 'GET http://localhost:%port'),
    fails: fc.boolean(),
    steps: levels === 0 ? fc.constant([]) : fc.array(step(), { maxLength: 3 }),
  });
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** In spans whose clocks lie, concurrent ones started in any order and taking any number of turns. */
async function run({ name, fails, steps }: Piece, random: SeededRandom): Promise<void> {
  const time = () => new Date(1.7e12 + random.below(1e9));
  const told = name.replace('%port', String(1_024 + random.below(60_000)));
  const span = otel.getTracer('property').startSpan(told, { startTime: time() });
  await context.with(otel.setSpan(context.active(), span), async () => {
    for (let turns = 1 + random.below(3); turns > 0; turns--) await turn();
    for (const step of steps) {
      await Promise.all(shuffled(step, random).map((one) => run(one, random)));
    }
  });
  if (fails) span.setStatus({ code: SpanStatusCode.ERROR, message: random.hex(8) });
  span.end(time());
}

function shuffled<T>(items: readonly T[], random: SeededRandom): T[] {
  const left = [...items];
  return items.map(() => left.splice(random.below(left.length), 1)[0]!);
}

/** What the snapshot must say, told from the program instead of from its spans. */
function meant({ name, fails, steps }: Piece): string {
  const below = steps.flatMap((step) => step.map(meant).sort());
  const own = `${fails ? '✕ ' : ''}${name.replace(':%port', '')}${fails ? ' Error' : ''}`;
  const lines = [own];
  for (let at = 0; at < below.length; ) {
    let to = at;
    while (below[to] === below[at]) to++;
    const [first, ...rest] = below[at]!.split('\n');
    const count = to - at;
    lines.push(...[count > 1 ? `${first} ×${count}` : first, ...rest].map((line) => `  ${line}`));
    at = to;
  }
  return lines.join('\n');
}

test('the text is that of the program, whatever its clocks, ids and concurrency do', async () => {
  await fc.assert(
    fc.asyncProperty(pieces(3), fc.integer(), async (program, seed) => {
      const once = await record(() => run(program, new SeededRandom(seed)));
      const again = await record(() => run(program, new SeededRandom(seed + 1)));
      expect(once.behaviour()).toBe(meant(program));
      expect(again.behaviour()).toBe(once.behaviour());
    }),
    { numRuns: runs(150) },
  );
});
