/** What a program calls all the time, of each kind. Small, so that what is around a call shows. */
const LIST = [3, 1, 4, 1, 5, 9, 2, 6];

export function add(start) {
  let sum = start;
  for (const one of LIST) sum += one;
  return sum & 0xffff;
}

export async function later(start) {
  let sum = start;
  for (const one of LIST) sum += one;
  return sum & 0xffff;
}

export class Adder {
  #sum = 0;

  add(start) {
    let sum = start ^ this.#sum;
    for (const one of LIST) sum += one;
    this.#sum = sum & 0xff;
    return this.#sum;
  }
}
