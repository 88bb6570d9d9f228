/** The questions that reading is judged by, asked many times over with different picks. */

import { SeededRandom } from '../../support/seeded-random.ts';
import { atShare } from '../measure/statistics.ts';
import type { Values } from '../report/findings.ts';
import type { RestClient } from './rest-client.ts';
import { type Picked, pick, type StoredSpans } from './stored-spans.ts';

const API = '/api/v1/instr';
/** The last tenth of durations, which are even from 1 to 10 ms. */
const MIN_DURATION = '9ms';
const UNKNOWN_TRACE = 'fedcba98765432100123456789abcdef';
const SINCE_EVER = '2020-01-01T00:00:00Z';
/** A search that goes on for longer is given up. */
const SEARCH_WITHIN_MS = 120_000;

/** As far as we read it. */
interface Page {
  readonly items: readonly unknown[];
  readonly next?: string;
  readonly examined: {
    readonly store: {
      readonly spans: number;
      readonly of: number;
      readonly blocksRead: number;
      readonly blocksTotal: number;
    };
  };
}

interface Asked {
  readonly ms: number;
  readonly matches: number;
  readonly blocksRead: number;
}

interface Question {
  readonly load: string;
  ask(client: RestClient, picked: Picked): Promise<Asked>;
}

const query = (params: Readonly<Record<string, string>>) => new URLSearchParams(params).toString();

async function byId(client: RestClient, { traceId }: Picked): Promise<Asked> {
  const { ms } = await client.askOk(`${API}/timeline/${traceId}`);
  return { ms, matches: 1, blocksRead: 0 };
}

async function firstPage(
  client: RestClient,
  params: Readonly<Record<string, string>>,
): Promise<Asked> {
  const { ms, text } = await client.askOk(`${API}/traces?${query(params)}`);
  const page = JSON.parse(text) as Page;
  return { ms, matches: page.items.length, blocksRead: page.examined.store.blocksRead };
}

/** Goes on from page to page until something is found, as whoever looks for it would. */
async function untilFound(client: RestClient, attribute: string): Promise<Asked> {
  let asked: Asked = { ms: 0, matches: 0, blocksRead: 0 };
  let cursor: string | undefined;
  while (asked.ms < SEARCH_WITHIN_MS) {
    const { ms, text } = await client.askOk(
      `${API}/traces?${query({ attribute, ...(cursor !== undefined && { cursor }) })}`,
    );
    const { items, next, examined } = JSON.parse(text) as Page;
    asked = {
      ms: asked.ms + ms,
      matches: items.length,
      blocksRead: asked.blocksRead + examined.store.blocksRead,
    };
    if (items.length > 0) return asked;
    if (next === undefined) throw new Error(`${attribute} was stored and is not found`);
    cursor = next;
  }
  throw new Error(`${attribute} is not found within ${SEARCH_WITHIN_MS} ms`);
}

async function series(client: RestClient, range: Readonly<Record<string, string>>): Promise<Asked> {
  const { ms } = await client.askOk(`${API}/stats/series?${query({ by: 'operation', ...range })}`);
  return { ms, matches: 1, blocksRead: 0 };
}

/** The way to the socket's thread and back: no view, no other thread. What no answer can be faster than under this load. */
async function wayAlone(client: RestClient): Promise<Asked> {
  const { ms } = await client.askOk('/ready');
  return { ms, matches: 0, blocksRead: 0 };
}

/** And on to the thread of views, where a look at every index says that there is no such trace. */
async function unknownTrace(client: RestClient): Promise<Asked> {
  const { ms, status } = await client.ask(`${API}/timeline/${UNKNOWN_TRACE}`);
  if (status !== 404) throw new Error(`${UNKNOWN_TRACE} is answered with ${status}`);
  return { ms, matches: 0, blocksRead: 0 };
}

const QUESTIONS: readonly Question[] = [
  { load: 'bare: /ready', ask: wayAlone },
  { load: 'bare: a trace that is not there', ask: unknownTrace },
  { load: 'trace by id', ask: byId },
  {
    load: 'service, operation, duration',
    ask: (client, { service, operation }) =>
      firstPage(client, { service, operation, min_duration: MIN_DURATION }),
  },
  {
    load: 'a rare attribute value',
    ask: (client, { user }) => untilFound(client, `user.id=${user}`),
  },
  {
    load: 'nothing matches: first answer',
    ask: (client, { user }) => firstPage(client, { attribute: `user.id=no-${user}` }),
  },
  { load: 'statistics, everything', ask: (client) => series(client, { from: SINCE_EVER }) },
  { load: 'statistics, an hour', ask: (client) => series(client, { last: '1h' }) },
];

/** Asked first and not counted: the first question of all starts the thread that answers. */
const WARM_UP_ASKS = 5;
const WARM_UP_SHARE = 0.2;

/** Each question `asks` times, or for as long as `withinMs`: load and figures of each. */
export async function askAll(
  client: RestClient,
  stored: StoredSpans,
  asks: number,
  withinMs: number,
  seed: number,
): Promise<readonly (readonly [load: string, Values])[]> {
  const random = new SeededRandom(seed);
  const told: [string, Values][] = [];
  for (const { load, ask } of QUESTIONS) {
    await askFor(WARM_UP_ASKS, withinMs * WARM_UP_SHARE, () => ask(client, pick(stored, random)));
    const all = await askFor(asks, withinMs, () => ask(client, pick(stored, random)));
    told.push([load, figuresOf(all)]);
  }
  told.push(['nothing matches: to the end', await toTheEnd(client)]);
  return told;
}

/** At least once; then no more than `times`, and none begun after `withinMs`. */
async function askFor(
  times: number,
  withinMs: number,
  ask: () => Promise<Asked>,
): Promise<readonly Asked[]> {
  const until = performance.now() + withinMs;
  const all = [await ask()];
  while (all.length < times && performance.now() < until) all.push(await ask());
  return all;
}

function figuresOf(all: readonly Asked[]): Values {
  const times = all.map(({ ms }) => ms);
  const matches = all.reduce((sum, one) => sum + one.matches, 0);
  const blocks = all.reduce((sum, one) => sum + one.blocksRead, 0);
  return {
    p50: atShare(times, 0.5),
    p99: atShare(times, 0.99),
    ...(blocks > 0 && matches > 0 && { blocksPerMatch: blocks / matches }),
    ...(blocks > 0 && { matches: matches / all.length }),
  };
}

/** A search that matches nothing, from its first page to the one without `next`. */
async function toTheEnd(client: RestClient): Promise<Values> {
  const attribute = 'user.id=nobody';
  let pages = 0;
  let total = 0;
  let firstShare: number | undefined;
  let cursor: string | undefined;
  do {
    const { ms, text } = await client.askOk(
      `${API}/traces?${query({ attribute, ...(cursor !== undefined && { cursor }) })}`,
    );
    const { next, examined } = JSON.parse(text) as Page;
    firstShare ??= (100 * examined.store.spans) / Math.max(1, examined.store.of);
    total += ms;
    cursor = next;
    pages++;
  } while (cursor !== undefined && total < SEARCH_WITHIN_MS);
  const isAtTheEnd = cursor === undefined;
  return { ...(isAtTheEnd && { toTheEnd: total, pages }), examinedShare: firstShare };
}
