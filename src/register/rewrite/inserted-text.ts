/**
 * The pieces of text that are put into a module. Names start with one that the source does not contain.
 *
 *   f  the frame of the call: undefined where nobody counts, also where the text runs without us
 *   r  what is returned; the frame itself as long as nothing is
 *   t  what this function threw
 *   v  a value on its way through an await or a yield
 *
 * An error is not caught where it would have to be thrown again: that changes the place which Node names when
 * nobody catches it. `finally` tells from `r` that something was thrown.
 *
 * `(0, …)` keeps an anonymous function from being named for our variable.
 */
export class InsertedText {
  readonly #base: string;

  constructor(source: string) {
    let base = '$syn';
    while (source.includes(base)) base += '$';
    this.#base = base;
  }

  /** A function declaration is there before anything of the module runs, in a cycle of imports too. */
  accessor(path: string): string {
    const base = this.#base;
    return (
      `function ${base}(i,d){let s=${base}.s;if(s===void 0){` +
      `const c=globalThis[Symbol.for("synton.calls")];if(c===void 0)return;` +
      `s=${base}.s=c.module(${JSON.stringify(path)})}return s(i,d)}`
    );
  }

  /** @param given what the call was given, as an expression list; undefined where that is not kept */
  open(id: number, isDetached: boolean, given?: string): string {
    const base = this.#base;
    const { frame, result, thrown, value } = this;
    const enter = `${base}(${id}${isDetached ? ',true' : ''})`;
    return (
      `let ${frame}=typeof ${base}==="function"?${enter}:void 0,` +
      `${result}=${frame},${thrown},${value};${given === undefined ? '' : `${frame}?.args(${given});`}try{`
    );
  }

  close(): string {
    const { frame, result, thrown, value } = this;
    return `}finally{${frame}?.exit(${result},${thrown},${value})}`;
  }

  get frame(): string {
    return `${this.#base}_f`;
  }

  get result(): string {
    return `${this.#base}_r`;
  }

  get thrown(): string {
    return `${this.#base}_t`;
  }

  get value(): string {
    return `${this.#base}_v`;
  }

  get error(): string {
    return `${this.#base}_e`;
  }
}
