/** Functions that nobody has wrapped. */
export async function placeOrder(amount) {
  const stock = await reserve();
  return [stock, await charge(amount)];
}

async function reserve() {
  await new Promise((resolve) => setTimeout(resolve, 1));
  return ['desk', 'lamp'].map((name) => name.length);
}

async function charge(amount) {
  if (amount < 0) throw new RangeError(`declined: ${amount}`);
  return amount;
}
