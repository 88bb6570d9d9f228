/**
 * Parameters of the URL as signals that move at once, while the URL follows: a step that Back undoes is written now, what only follows the eye
 * when it has come to rest, as browsers refuse a hundred changes of the history in a few seconds. What the URL brings by itself (a link, Back)
 * is taken over, parameter by parameter.
 */
import { batch, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { params, path, type Step, setParams } from '../../app/location.ts';

const REST_MS = 200;

type Changes = Record<string, string | undefined>;

export class PlaceInUrl {
  readonly #signals = new Map<string, Signal<string | undefined>>();
  /** As the URL has them, as far as this knows. */
  readonly #written: Changes = {};
  readonly #path = path.peek();
  readonly #unfollow: () => void;
  #waiting: Changes = {};
  #timer: number | undefined;

  constructor(names: readonly string[]) {
    for (const name of names) {
      const given = params.peek().get(name) ?? undefined;
      this.#written[name] = given;
      this.#signals.set(name, signal(given));
    }
    this.#unfollow = effect(() => this.#follow(params.value));
  }

  value(name: string): ReadonlySignal<string | undefined> {
    return this.#signals.get(name)!;
  }

  set(changes: Readonly<Changes>, { replace = false }: Step = {}): void {
    batch(() => {
      for (const [name, value] of Object.entries(changes)) this.#signals.get(name)!.value = value;
    });
    window.clearTimeout(this.#timer);
    // Back leads to all that was so before this step.
    if (!replace) this.#write({ replace: true });
    Object.assign(this.#waiting, changes);
    if (replace) this.#timer = window.setTimeout(() => this.#write({ replace }), REST_MS);
    else this.#write({ replace });
  }

  /** What waits is written, unless the page is elsewhere already. */
  close(): void {
    this.#unfollow();
    window.clearTimeout(this.#timer);
    this.#write({ replace: true });
  }

  #write(step: Step): void {
    const changes = this.#waiting;
    this.#waiting = {};
    if (Object.keys(changes).length === 0 || path.peek() !== this.#path) return;
    Object.assign(this.#written, changes);
    setParams(changes, step);
  }

  #follow(given: URLSearchParams): void {
    if (path.peek() !== this.#path) return;
    batch(() => {
      for (const [name, known] of this.#signals) {
        const value = given.get(name) ?? undefined;
        if (value === this.#written[name]) continue;
        this.#written[name] = value;
        delete this.#waiting[name];
        known.value = value;
      }
    });
  }
}
