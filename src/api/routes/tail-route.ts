/** What arrives, told as it arrives: server-sent events. */
import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import type { Clock } from '../../model/clock.ts';
import { InvalidParameter } from '../../model/errors.ts';
import type { Arrivals } from '../../store/contracts/arrivals.ts';
import type { Counters } from '../../telemetry/counters.ts';
import { RawParams } from '../../views/params/raw-params.ts';
import type { TailLook } from '../../views/tail/tail-view.ts';
import type { ViewRenderer } from '../../views/view-renderer.ts';
import { RequestRefused } from '../problem.ts';
import { TailClient } from '../tail/tail-client.ts';
import { columnParameter, filterParameters, ID } from './parameters.ts';
import { API_PREFIX, type Route } from './route.ts';

export interface TailFacts {
  readonly views: ViewRenderer;
  readonly arrivals: Arrivals;
  readonly clock: Clock;
  readonly counters: Counters;
  /** Aborts when the service begins to stop. */
  readonly closing: AbortSignal;
}

const TAIL_TYPE = 'text/event-stream; charset=utf-8';
const CLIENTS_MAX = 16;
const RETRY_AFTER = { headers: { 'retry-after': '5' } } as const;
const EVENTS = ['all', 'rate'] as const;

export function tail({ views, closing, ...facts }: TailFacts): Route {
  const life = randomBytes(6).toString('hex');
  let clients = 0;
  return {
    path: `${API_PREFIX}/tail`,
    operationId: 'tail',
    tag: 'traces',
    summary: 'What arrives, as it arrives',
    description:
      'Server-sent events. `traces`: those that have a new span such as asked for, as they are now, at most 50 at once and four times a second. `rate`: spans and errors a second, once a second while any come. `changed`, in place of `traces` where a trace is named: something of it has. `gap`: something was passed over; what is shown should be asked for anew. Whoever connects again with `Last-Event-ID` goes on where it was, if this is still the same process.',
    parameters: [
      {
        name: 'events',
        in: 'query',
        description: 'rate: nothing else, and no filter. All unless given.',
        schema: v.picklist(EVENTS),
        example: 'rate',
      },
      {
        name: 'trace_id',
        in: 'query',
        description: 'Of this trace alone, whether something of it has changed.',
        schema: ID,
        example: '4bf92f3577b34da6a3ce929d0e0e4736',
      },
      ...filterParameters,
      columnParameter,
    ],
    answers: [
      {
        status: 200,
        description: 'Events, until the connection is closed.',
        content: { 'text/event-stream': [] },
      },
    ],
    problems: ['InvalidTraceId', 'Unavailable'],
    async handle({ events, ...filter }, left, headers) {
      const wishes = {
        onlyRate: new RawParams({ events }, ['events']).choice('events', EVENTS) === 'rate',
        isOfTrace: filter.trace_id !== undefined,
        lastId: headers['last-event-id']?.toString(),
      };
      if (wishes.onlyRate && Object.keys(filter).length > 0) {
        throw new InvalidParameter('events', 'rate alone takes no filter');
      }
      if (closing.aborted) throw new RequestRefused('Unavailable', 'stopping');
      if (clients >= CLIENTS_MAX) {
        throw new RequestRefused('Unavailable', `${CLIENTS_MAX} tails are open`, RETRY_AFTER);
      }
      left.throwIfAborted();
      const refused = new AbortController();
      const signal = AbortSignal.any([left, closing, refused.signal]);
      clients++;
      signal.addEventListener('abort', () => clients--, { once: true });
      const look = (after: string | undefined): Promise<TailLook> =>
        views.render<TailLook>('tail', { ...filter, after }, signal);
      // Also whether the filter can be read: later nobody could be told.
      try {
        const start = wishes.onlyRate ? undefined : await look(undefined);
        const client = new TailClient({ ...facts, look, life, signal }, wishes, start);
        return { contentType: TAIL_TYPE, body: streamOf(client.events()) };
      } catch (error) {
        refused.abort();
        throw error;
      }
    },
  };
}

/** An event is asked for when there is room for it. */
function streamOf(events: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await events.next();
        if (done === true) controller.close();
        else controller.enqueue(Buffer.from(value));
      },
      async cancel() {
        await events.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
