/** Functions of every kind, traced, for whatever provider there is. */
import { checkpoint, startSpan, trace, withSpan } from 'synton/tracing';

const pause = () => new Promise((done) => setTimeout(done, 2));

const price = trace(function price(amount) {
  return amount * 2;
});
const reserve = trace(async function reserve(articles) {
  checkpoint('reserving', { articles: articles.length });
  await pause();
  return articles.map((_, at) => price(at));
});
const pages = trace(async function* pages() {
  yield 1;
  await pause();
  yield 2;
});
const charge = trace({ name: 'charge', captureArguments: true }, async (card) => {
  await pause();
  throw new RangeError(`declined: ${card}`);
});

/** What it did is told by what it returns too. */
export function order() {
  return withSpan('order', async () => {
    const span = startSpan('stock');
    const prices = await span.run(() => reserve(['lamp', 'rug']));
    span.end();
    const seen = [];
    for await (const page of pages()) seen.push(page);
    const failure = await charge('empty').catch((error) => error.message);
    return { prices, seen, failure, names: [price.name, price.length, reserve.name] };
  });
}
