import { record } from 'synton/testing';
import { placeOrder } from './shop.js';

test('fails', async () => {
  const run = await record(() => placeOrder(3), { functions: 'named' });
  expect(run).toHaveCalledTimes('charge', 2);
});
