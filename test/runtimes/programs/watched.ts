/** What a compiler is needed for. */
// @ts-nocheck: compiled by tsx alone
// biome-ignore lint/style/noEnum: what a compiler is needed for
enum Unit {
  metre = 'm',
}

class Length {
  constructor(private readonly value: number) {}
  toString(): string {
    return `${this.value} ${Unit.metre}`;
  }
}

function main(): void {
  console.log(String(new Length(3)));
}

main();
