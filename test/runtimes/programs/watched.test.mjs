/** As a program tests functions that it has not wrapped. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectRun, record } from 'synton/testing';
import { total } from './basket.mjs';

test('a total', async () => {
  const run = await record(() => total([1, 2]));
  assert.equal(run.result, 5);
  expectRun(run).toHaveCalledTimes('withTax', 2);
  assert.equal(
    run.behaviour(),
    'total\n  prices\n    (anonymous) ×2\n      withTax\n  (anonymous) ×2\n  (anonymous)\n    late\n      (anonymous)\n        mail',
  );
});
