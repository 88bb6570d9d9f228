/** The shapes of `@trace`: a decorator of the standard, for methods and for fields, and of TypeScript's older kind. */

/** What `trace` takes and gives back as it came. */
export type TracedFunction<This = never> = (this: This, ...args: never[]) => unknown;

/** Of a method, static or private ones too. */
export type MethodDecorator = <This, Fn extends TracedFunction<This>>(
  method: Fn,
  context: ClassMethodDecoratorContext<This>,
) => Fn;

/** Of a field that holds a function: wraps what it is set to when an instance is made. */
export type FieldDecorator = <This, Fn extends TracedFunction<This>>(
  method: undefined,
  context: ClassFieldDecoratorContext<This, Fn>,
) => (initial: Fn) => Fn;

/** With `experimentalDecorators`. */
export type LegacyMethodDecorator = <Fn extends TracedFunction>(
  target: object,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<Fn>,
) => TypedPropertyDescriptor<Fn>;

export type TraceDecorator = MethodDecorator & FieldDecorator & LegacyMethodDecorator;
