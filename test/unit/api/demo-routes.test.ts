/** The demo over HTTP: who may start it, and what a second question joins. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import type { DemoState } from '../../../src/model/demo-state.ts';
import { ExampleDemo, runningApi } from './running-api.ts';

const DEMO = '/api/v1/demo';
const POST = { method: 'POST' } as const;
const DELETE = { method: 'DELETE' } as const;

test('it is started, told of and stopped at one address', async () => {
  const demo = new ExampleDemo();
  const api = await runningApi({ demo });
  const state = async (asked = {}) => {
    const { status, ...answer } = await api.ask(DEMO, asked);
    return [status, answer.json<DemoState>().status, answer.json<DemoState>().run];
  };
  expect(await state()).toEqual([200, 'none', 0]);
  expect(await state(POST)).toEqual([202, 'running', 1]);
  expect(await state(POST)).toEqual([202, 'running', 1]);
  expect(await state()).toEqual([200, 'running', 1]);
  expect(await state(DELETE)).toEqual([200, 'ended', 1]);
  expect(await state(POST)).toEqual([202, 'running', 2]);
  expect(demo.asked).toEqual([false, false, false]);
});

test('its answers are as the OpenAPI document has them', async () => {
  const api = await runningApi();
  const document = (await api.ask('/api/v1/instr/openapi.json')).json();
  const ajv = new Ajv2020({ strict: false, validateFormats: false }).addSchema(document, 'api');
  const fits = ajv.compile({ $ref: 'api#/components/schemas/DemoState' });
  for (const asked of [{}, POST, {}, DELETE])
    expect(fits((await api.ask(DEMO, asked)).json()), JSON.stringify(fits.errors)).toBe(true);
});

test('the big trace is asked for by its name', async () => {
  const demo = new ExampleDemo();
  const api = await runningApi({ demo });
  expect((await api.ask(`${DEMO}?big=true`, POST)).status).toBe(202);
  expect((await api.ask(`${DEMO}?big=false`, POST)).status).toBe(202);
  for (const value of ['yes', '', 'true&big=true'])
    expect((await api.ask(`${DEMO}?big=${value}`, POST)).status).toBe(400);
  expect(demo.asked).toEqual([true, false]);
});

test.each([
  ['another host', { host: 'evil.example' }],
  ['a page of another site', { origin: 'https://evil.example' }],
  ['a page of another port of this machine', { origin: 'http://localhost:3000' }],
  ['a form of another site, where the browser says so', { 'sec-fetch-site': 'cross-site' }],
])('%s neither starts nor stops it', async (_, headers) => {
  const demo = new ExampleDemo();
  const api = await runningApi({ demo });
  await api.ask(DEMO, POST);
  for (const asked of [POST, DELETE]) {
    const answer = await api.ask(DEMO, { ...asked, headers });
    expect([answer.status, answer.json()['code']]).toEqual([403, 'ForbiddenHost']);
  }
  expect([demo.asked, demo.state.status]).toEqual([[false], 'running']);
});

test('other methods are told which there are', async () => {
  const api = await runningApi();
  const answer = await api.ask(DEMO, { method: 'PUT' });
  expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, HEAD, POST, DELETE']);
});

test('without a receiver, or without a demo, it says so', async () => {
  const demo = new ExampleDemo();
  demo.hasReceiver = false;
  const api = await runningApi({ demo });
  const refused = await api.ask(DEMO, POST);
  expect([refused.status, refused.json()['code']]).toEqual([503, 'Unavailable']);
  expect(refused.text).toContain('gRPC');
  const without = await runningApi({ demo: undefined });
  for (const asked of [{}, POST, DELETE]) expect((await without.ask(DEMO, asked)).status).toBe(503);
});
