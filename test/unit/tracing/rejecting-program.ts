/**
 * A program for tests that need a process of their own: makes promises that are rejected, and handles them
 * in each of many ways or not at all. Prints as JSON what the process heard of each. Its argument says
 * whether the functions are `traced` or `bare`, or that it `crashes` of a rejection that nobody handles.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { InMemorySpanExporter } from '@opentelemetry/sdk-trace-base';
import { trace } from '../../../src/tracing/index.ts';
import { registerProvider } from './registered-provider.ts';

type Rejects = () => Promise<never>;

const how = process.argv[2];
let heard: string[] = [];
if (how !== 'crashes') {
  process.on('unhandledRejection', (error: Error) => heard.push(`unhandled ${error.message}`));
  process.on('rejectionHandled', () => heard.push('handled late'));
}

const exporter = new InMemorySpanExporter();
registerProvider(exporter);

const nothing = () => {};
const early = new Error('refused');

async function* steps(): AsyncGenerator<number, void, unknown> {
  await wait(2);
  yield 1;
}

let given: Promise<never> | undefined;

const makers: Readonly<Record<string, Rejects>> = {
  'an async function': async () => {
    await wait(2);
    throw early;
  },
  'a function': () => wait(2).then(() => Promise.reject(early)),
  'an async generator': async () => {
    await (how === 'bare' ? steps : trace(steps))().next();
    throw early;
  },
  'a function that gives the same promise': () => {
    given ??= wait(2).then(() => Promise.reject(early));
    return given;
  },
  'a rejected promise': () => Promise.reject(early),
};

const takers: Readonly<Record<string, (reject: Rejects) => unknown>> = {
  'by nobody': (reject) => {
    void reject();
  },
  'by catch': (reject) => reject().catch(nothing),
  'by then': (reject) => reject().then(nothing, nothing),
  'by finally alone': (reject) => {
    void reject().finally(nothing);
  },
  'by await': async (reject) => {
    try {
      await reject();
    } catch {}
  },
  'by Promise.all': (reject) => Promise.all([reject()]).catch(nothing),
  'by allSettled': (reject) => Promise.allSettled([reject()]),
  'by race': (reject) => Promise.race([reject()]).catch(nothing),
  'by returning it': (reject) => (async () => reject())().catch(nothing),
  'by resolving with it': (reject) => new Promise((resolve) => resolve(reject())).catch(nothing),
  'by for await': async (reject) => {
    try {
      for await (const _ of [reject()]);
    } catch {}
  },
  'in the same turn': (reject) => {
    const promise = reject();
    queueMicrotask(() => queueMicrotask(() => promise.catch(nothing)));
    return wait(2);
  },
  'too late': async (reject) => {
    const promise = reject();
    await wait(10);
    promise.catch(nothing);
  },
  'the first time, then dropped': (reject) => {
    reject().catch(nothing);
    void reject();
  },
  'the second time, dropped before': (reject) => {
    void reject();
    return reject().catch(nothing);
  },
  'through two traced functions': (reject) => trace('outer', reject)().catch(nothing),
};

const told: Record<string, unknown> = {};
for (const [made, reject] of Object.entries(makers)) {
  for (const [taken, take] of Object.entries(takers)) {
    heard = [];
    given = undefined;
    exporter.reset();
    Promise.resolve(take(how === 'bare' ? reject : trace('rejects', reject))).catch(nothing);
    await wait(20);
    const spans = exporter.getFinishedSpans().filter(({ name }) => name === 'rejects');
    told[`${made}, taken ${taken}`] = { heard, failed: spans.map(({ status }) => status.code) };
  }
}
process.stdout.write(JSON.stringify(told));
