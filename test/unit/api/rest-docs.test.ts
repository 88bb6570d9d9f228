/** docs/rest.md tells of every endpoint and every error. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PROBLEM_CODES, PROBLEMS } from '../../../src/api/problem.ts';
import { runningApi } from './running-api.ts';

const docs = readFileSync(new URL('../../../docs/rest.md', import.meta.url), 'utf8');

test('every path is there, and no other', async () => {
  const api = await runningApi();
  const { paths } = (await api.ask('/api/v1/instr/openapi.json')).json<{ paths: object }>();
  const rows = docs.split('\n').filter((line) => line.startsWith('| `/'));
  const told = rows.flatMap((row) => row.split('|')[1]!.match(/(?<=`)\/[^`]+/g)!);
  expect(told.sort()).toEqual(
    Object.keys(paths)
      .filter((path) => path !== '/')
      .sort(),
  );
});

test('every code is there with its status', () => {
  const rows = [...docs.matchAll(/^\| `(\w+)` \| (\d{3}) \|/gm)].map(([, code, status]) => [
    code,
    Number(status),
  ]);
  expect(rows).toEqual(PROBLEM_CODES.map((code) => [code, PROBLEMS[code].status]));
});

test('the example of an error is one', async () => {
  const api = await runningApi();
  const example = JSON.parse(/```json\n([\s\S]+?)```/.exec(docs)![1]!);
  const answer = await api.ask('/api/v1/instr/traces?min_durtion=1s');
  expect(answer.json()).toEqual(example);
});

test('the commands ask for what there is', async () => {
  const api = await runningApi();
  const urls = [...docs.matchAll(/^curl 'localhost:4319([^']+)'/gm)].map(([, path]) => path!);
  expect(urls).toHaveLength(2);
  const [search, exported] = urls as [string, string];
  expect((await api.ask(search)).status).toBe(200);
  expect((await api.ask(exported)).json()).toMatchObject({ code: 'TraceNotFound' });
});
