/** As a program tests what it does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectRun, record } from 'synton/testing';
import { order } from './shop.mjs';

test('an order', async () => {
  const run = await record(order);
  assert.equal(run.result.failure, 'declined: empty');
  expectRun(run).toHaveCalledInOrder(['reserve', 'pages', 'charge']);
  expectRun(run).toHaveCalledTimes('price', 2);
  assert.throws(() => expectRun(run).toHaveNoErrors(), /declined: empty/);
});
