/**
 * The columns of a sequence diagram, in order of first use: whoever called first, services, and what they
 * called outside. Beyond PARTICIPANTS_MAX they share one column, `others`.
 */
import { NAME_MAX } from './diagram-words.ts';
import { mermaidLabel } from './mermaid-label.ts';

export const PARTICIPANTS_MAX = 20;

export class Participants {
  readonly #services: ReadonlySet<string>;
  readonly #ids = new Map<string, string>();
  readonly #lines: string[] = [];
  #caller = '';

  /** A peer that goes by the name of one of `services` is that service. */
  constructor(services: readonly string[]) {
    this.#services = new Set(services);
  }

  /** The id of whoever called the first service. */
  caller(): string {
    this.#caller ||= 'caller';
    return this.#caller;
  }

  service(name: string): string {
    return this.#id(`service ${name}`, name);
  }

  peer(name: string): string {
    return this.#services.has(name) ? this.service(name) : this.#id(`peer ${name}`, name);
  }

  lines(): readonly string[] {
    return this.#caller === '' ? this.#lines : ['    actor caller', ...this.#lines];
  }

  /** The outermost columns, for a note over all. */
  ends(): string {
    const ids = [...this.#ids.values()];
    const [first, last] = [this.#caller || ids[0], ids.at(-1)];
    return first === last ? `${first}` : `${first},${last}`;
  }

  #id(key: string, name: string): string {
    let id = this.#ids.get(key);
    if (id !== undefined) return id;
    const place = this.#ids.size;
    const isFull = place >= PARTICIPANTS_MAX;
    if (isFull && this.#ids.has('others')) return this.#ids.get('others')!;
    id = isFull ? 'others' : `p${place}`;
    this.#ids.set(isFull ? 'others' : key, id);
    this.#lines.push(
      `    participant ${id} as ${isFull ? 'others' : mermaidLabel(name, NAME_MAX)}`,
    );
    return id;
  }
}
