/**
 * The pieces of text that are put into a module. Names start with one that the source does not contain.
 *
 *   f  the frame of the call: undefined where nobody counts, also where the text runs without us
 *   r  what is returned; the frame itself as long as nothing is
 *   t  what this function threw
 *   v  a value on its way through an await or a yield; the frame itself while a loop waits for its next
 *
 * An error is not caught where it would have to be thrown again: that changes the place which Node names when
 * nobody catches it. `finally` tells from `r` that something was thrown. Where tests run, somebody always catches it: there it is.
 *
 * What is kept is named for nothing of ours: neither by the language (`(0, …)`), nor by V8, which in stack traces calls
 * a function without a name after all that it is assigned to, but for a name in parentheses and the result of a call.
 */
/** Where modules look for who counts their calls: on the constructor of functions, which each of theirs knows. */
export const CALLS_KEY = 'synton.calls';
/** Understood by what instruments for Istanbul, and by what converts V8's coverage to its form. */
const NOT_COVERED = '/* istanbul ignore next */';
/** In the place of a function: what was thrown has been caught by the module itself. */
export const CAUGHT_ID = -1;

export class InsertedText {
  readonly #base: string;
  readonly #keepsErrors: boolean;

  /** @param keepsErrors errors are caught and thrown again, so that each is known */
  constructor(source: string, keepsErrors: boolean) {
    this.#keepsErrors = keepsErrors;
    let base = '$syn';
    while (source.includes(base)) base += '$';
    this.#base = base;
  }

  /**
   * A function declaration is there before anything of the module runs, in a cycle of imports too. It uses no name of the
   * language: a module may have a `Symbol` or a `globalThis` of its own, which is not there yet.
   *
   * @param functions where the text runs where nobody knows them
   */
  accessor(path: string, functions?: readonly unknown[]): string {
    const base = this.#base;
    const known = [path, ...(functions === undefined ? [] : [functions])];
    return (
      `${functions === undefined ? '' : NOT_COVERED}function ${base}(i,d){let s=${base}.s;if(s===void 0){` +
      `const c=${base}.constructor[${JSON.stringify(CALLS_KEY)}];if(c===void 0)return;` +
      `s=${base}.s=c.module(${known.map((one) => JSON.stringify(one)).join()})}return s(i,d)}`
    );
  }

  /** @param given what the call was given, as an expression list; undefined where that is not kept */
  open(id: number, isDetached: boolean, given?: string): string {
    const base = this.#base;
    const { frame, result, thrown, value } = this;
    const enter = `${base}(${id}${isDetached ? ',true' : ''})`;
    return (
      `let ${frame},${result},${thrown},${value};` +
      `(${result})=(${frame})=typeof ${base}==="function"?${enter}:void 0;${given === undefined ? '' : `${frame}?.args(${given});`}try{`
    );
  }

  /** What goes before and after an expression whose value is kept. @param holdsFunction whether it makes one */
  keep(
    where: 'result' | 'thrown' | 'value',
    holdsFunction: boolean,
  ): readonly [before: string, after: string] {
    const { value } = this;
    const target = `(${this[where]})=`;
    return holdsFunction ? [`${target}(${value}=>${value})((`, '))'] : [`${target}(0,`, ')'];
  }

  /** Where no function that is watched catches something. @param error its name; empty where it has none */
  caughtOutside(error: string): string {
    const base = this.#base;
    return `if(typeof ${base}==="function")${base}(${CAUGHT_ID},${error || 'void 0'});`;
  }

  close(): string {
    const { frame, result, thrown, value, error } = this;
    const keep = this.#keepsErrors ? `catch(${error}){(${thrown})=${error};throw ${error}}` : '';
    return `}${keep}finally{${frame}?.exit(${result},${thrown},${value})}`;
  }

  /** A loop begins to wait for its next. */
  get away(): string {
    return `${this.frame}?.leave();(${this.value})=${this.frame};`;
  }

  /** It has waited. */
  get back(): string {
    return `${this.frame}?.resume();(${this.value})=void 0;`;
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
