/** A stream that a traced function returned: its source runs in the span, which lasts as long as it does. */
import { EventEmitter, once } from 'node:events';
import { Duplex, PassThrough, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ReadableStream } from 'node:stream/web';
import { trace as otel, SpanStatusCode } from '@opentelemetry/api';
import { describe, expect, test } from 'vitest';
import { trace } from '../../../src/tracing/index.ts';
import { recordSpans } from './recorded-spans.ts';

const spans = recordSpans();
const turn = () => new Promise((resolve) => setImmediate(resolve));
const activeId = () => otel.getActiveSpan()?.spanContext().spanId ?? 'none';

async function read(stream: AsyncIterable<unknown>): Promise<string[]> {
  const chunks: string[] = [];
  for await (const chunk of stream) chunks.push(String(chunk));
  return chunks;
}

describe('a Node stream', () => {
  /** Gives the id of the span that is active when its source is asked. */
  function source(chunks: number): Readable {
    let given = 0;
    return new Readable({
      objectMode: true,
      highWaterMark: 1,
      async read() {
        await turn();
        this.push(given++ < chunks ? activeId() : null);
      },
    });
  }
  const reads = trace('reads', source);

  test('is the same object, not flowing, and its source runs in the span', async () => {
    const stream = source(3);
    expect(trace('hands on', () => stream)()).toBe(stream);
    expect(stream.readableFlowing).toBe(null);
    const ids = await read(stream);
    expect(ids).toEqual(Array(3).fill(spans.only('hands on').spanContext().spanId));
  });

  test('ends its span when it has ended', async () => {
    const stream = reads(2);
    expect(spans.ended()).toEqual([]);
    await read(stream);
    expect(spans.only('reads').status.code).toBe(SpanStatusCode.UNSET);
  });

  test('fails its span when it errs', async () => {
    const stream = reads(5);
    stream.once('error', () => {});
    stream.destroy(new Error('cut off'));
    await new Promise((resolve) => stream.once('close', resolve));
    expect(spans.only('reads').status).toEqual({
      code: SpanStatusCode.ERROR,
      message: 'cut off',
    });
  });

  test('ends its span when it is destroyed, or its reader breaks', async () => {
    const stream = reads(5);
    for await (const _ of stream) break;
    expect(stream.destroyed).toBe(true);
    await turn();
    expect(spans.only('reads').ended).toBe(true);
  });

  test('ends its span when it is destroyed without an error', async () => {
    const stream = reads(5);
    stream.destroy();
    await turn();
    expect(spans.only('reads').status.code).toBe(SpanStatusCode.UNSET);
    const request = trace('opens', () => new Writable({ emitClose: true }))();
    request.destroy();
    await turn();
    expect(spans.only('opens').ended).toBe(true);
  });

  test('whose error nobody listens for still throws it', async () => {
    const stream = trace('unheard', () => new PassThrough())();
    expect(stream.listenerCount('error')).toBe(0);
    expect(() => stream.emit('error', new Error('unheard'))).toThrow('unheard');
    expect(spans.only('unheard').status.code).toBe(SpanStatusCode.ERROR);
  });

  test('that is written to ends its span when all is written', async () => {
    const ids: string[] = [];
    const writes = trace(
      'writes',
      () =>
        new Writable({
          write(_chunk, _encoding, done) {
            ids.push(activeId());
            done();
          },
        }),
    );
    await pipeline(Readable.from(['a', 'b']), writes());
    expect(ids).toEqual(Array(2).fill(spans.only('writes').spanContext().spanId));
  });

  test('of two sides ends its span with the second', async () => {
    const duplex = trace('both', () => new PassThrough({ autoDestroy: false }))();
    duplex.end('x');
    await once(duplex, 'finish');
    expect(spans.ended()).toEqual([]);
    await read(duplex.iterator({ destroyOnReturn: false }));
    expect(spans.only('both').ended).toBe(true);
  });

  test('that is over already ends it at once', async () => {
    const stream = Readable.from([]);
    stream.destroy();
    trace('late', () => stream)();
    expect(spans.only('late').ended).toBe(true);
  });

  test('handed on by many functions has one set of listeners', async () => {
    const stream = source(1);
    let hands = () => stream;
    for (let depth = 0; depth < 20; depth++) hands = trace(`hand ${depth}`, hands);
    expect(hands()).toBe(stream);
    expect(stream.listenerCount('close')).toBeLessThan(3);
    await read(stream);
    expect(spans.ended().length).toBe(20);
  });

  test('that a function gives every time keeps some spans, and is bound once', async () => {
    const stream = source(2);
    const gives = trace('gives', () => stream);
    for (let call = 0; call < 20_000; call++) gives();
    expect(spans.ended().length).toBe(20_000 - 32);
    expect(await read(stream)).toHaveLength(2);
    expect(spans.ended().length).toBe(20_000);
    for (let call = 0; call < 20_000; call++) gives();
    expect(() => stream._read(0)).not.toThrow();
  });

  test('that a method returns to be chained on is not waited for', () => {
    class Chained extends Duplex {
      configure = trace('configure', function (this: Chained) {
        return this;
      });
    }
    const stream = new Chained();
    expect(stream.configure()).toBe(stream);
    expect(spans.only('configure').ended).toBe(true);
  });

  test('is not just any emitter', () => {
    trace('emits', () => new EventEmitter())();
    expect(spans.only('emits').ended).toBe(true);
  });
});

describe('a web ReadableStream', () => {
  function source(chunks: number): ReadableStream<string> {
    let given = 0;
    return new ReadableStream<string>(
      {
        pull(controller) {
          if (given++ < chunks) controller.enqueue(activeId());
          else controller.close();
        },
      },
      { highWaterMark: 0 },
    );
  }
  const reads = trace('reads', source);

  test('is the same object, not locked, and its source runs in the span', async () => {
    const stream = source(3);
    expect(trace('hands on', () => stream)()).toBe(stream);
    expect(stream.locked).toBe(false);
    const ids = await read(stream);
    await turn();
    expect(ids).toEqual(Array(3).fill(spans.only('hands on').spanContext().spanId));
  });

  test('ends its span when it is closed, by whichever way it is read', async () => {
    const reader = reads(1).getReader();
    const { value } = await reader.read();
    expect(spans.ended()).toEqual([]);
    expect((await reader.read()).done).toBe(true);
    await turn();
    expect(spans.only('reads').spanContext().spanId).toBe(value);
    const bytes = reads(2).pipeThrough(new TextEncoderStream());
    expect(await new Response(bytes as never).text()).not.toBe('');
    const [one, other] = reads(2).tee();
    expect(await Promise.all([read(one), read(other)])).toHaveLength(2);
    await turn();
    expect(spans.ended().length).toBe(3);
  });

  test('ends its span when it is cancelled or its reader breaks', async () => {
    await reads(5).cancel();
    for await (const _ of reads(5)) break;
    await turn();
    expect(spans.ended().map(({ status }) => status.code)).toEqual([
      SpanStatusCode.UNSET,
      SpanStatusCode.UNSET,
    ]);
  });

  test('fails its span when it errs', async () => {
    const error = new Error('upstream is gone');
    const stream = trace(
      'errs',
      () => new ReadableStream({ pull: () => Promise.reject(error) }, { highWaterMark: 0 }),
    )();
    await expect(read(stream)).rejects.toBe(error);
    await turn();
    expect(spans.only('errs').status.message).toBe('upstream is gone');
  });
});
