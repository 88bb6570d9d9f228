import { record } from 'synton/testing';
import { placeOrder } from './shop.js';

test('an order is charged once', async () => {
  const run = await record(() => placeOrder(3));
  expect(run.result).toEqual([[4, 4], 3]);
  expect(run).toHaveCalled('charge');
  expect(run).toHaveCalledTimes('charge', 1);
  expect(run).toHaveCalledInOrder(['placeOrder', 'reserve', 'charge']);
  expect(run).not.toHaveCalled('refund');
  expect(run).toHaveNoErrors();
  expect(run.behaviour()).toMatchSnapshot();
});

test('what fails is told where it stands', async () => {
  const run = await record(() => placeOrder(-1), { throws: 'keep', functions: 'named' });
  expect(run.behaviour()).toMatchSnapshot();
  expect(run.error.stack).toMatch(/charge \(.*shop\.js:13:25\)/);
  expect(run.calls('charge')[0].attributes).toMatchObject({ 'code.line.number': 12 });
});
