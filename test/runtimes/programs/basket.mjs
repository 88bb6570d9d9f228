/** Functions that nobody has wrapped: async ones, a generator, callbacks, a timer. */
export async function total(items) {
  let sum = 0;
  for await (const price of prices(items)) sum += price;
  const rounded = [sum, 0].map((one) => Math.round(one));
  await new Promise((resolve) => late(resolve));
  return rounded[0];
}

async function* prices(items) {
  yield* items.map((item) => withTax(item));
}

function withTax(item) {
  return item * 1.5;
}

function late(resolve) {
  setTimeout(() => mail(resolve), 1);
}

function mail(resolve) {
  resolve();
}
