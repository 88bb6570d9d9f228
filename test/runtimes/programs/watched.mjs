/** Functions that nobody traced. */
import { area } from './watched.cjs';

class Box {
  #side = 2;
  get side() {
    return this.#side;
  }
  *sides() {
    yield this.#side;
    yield* [3];
  }
}
async function main() {
  await null;
  return [...new Box().sides()].map((side) => area(side, new Box().side));
}
main().then((areas) => console.log(areas.join()));
