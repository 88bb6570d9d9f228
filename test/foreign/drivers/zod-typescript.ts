// @ts-nocheck: compiled by tsx alone, with what type stripping does not know
/** zod from its TypeScript sources, by way of tsx; so is this program, with what Node alone would not strip. */
import { tell } from './transcript.mjs';
import { drive } from './zod.mjs';

// biome-ignore lint/style/noEnum: what a compiler is needed for
enum Colour {
  red,
  green = 5,
}

namespace Shapes {
  export const area = (width: number, height = 2): number => width * height;
}

function logged(_: unknown, context: ClassMethodDecoratorContext): void {
  tell(`decorated ${String(context.name)}`, () => context.kind);
}

abstract class Shape<T extends number = number> {
  constructor(
    protected readonly width: T,
    public height?: T,
  ) {}
  abstract area(): number;
  @logged
  describe(this: Shape<T>): string {
    return `${this.constructor.name} ${this.area()} ${this.height ?? Colour[5]}`;
  }
}

class Square extends Shape {
  declare readonly brand: 'square';
  override area(): number {
    return Shapes.area(this.width, this.width);
  }
}

tell('describe', () => new Square(3).describe());
tell('arity', () => [Square.length, Shapes.area.length, Shapes.area.name, Colour]);
// Not by name: its sources are no part of what is compiled here.
const sources = new URL('../node_modules/zod/src/index.ts', import.meta.url);
await drive(await import(sources.href));
