/**
 * When programs with open spans were last heard of, and which said that they exit. Holds a process for as long as it
 * has spans here: its owner bounds those.
 */
const SILENT_AFTER_MS = 15_000;

export interface KnownProcess<Span> {
  readonly name: string;
  /** In order of start. */
  readonly spans: Set<Span>;
  /** Monotonic. */
  heardMs: number;
  hasExited: boolean;
}

export class KnownProcesses<Span> {
  /** Those that exited come first, then the longest silent. */
  readonly #living = new Map<string, KnownProcess<Span>>();
  readonly #exited = new Map<string, KnownProcess<Span>>();

  add(name: string, span: Span, nowMs: number): KnownProcess<Span> {
    const process = this.#find(name) ?? { name, spans: new Set(), heardMs: 0, hasExited: false };
    process.spans.add(span);
    this.#heard(process, nowMs);
    return process;
  }

  /** A process without spans here is not remembered. */
  hear(name: string, nowMs: number): void {
    const process = this.#find(name);
    if (process !== undefined) this.#heard(process, nowMs);
  }

  exit(name: string): boolean {
    const process = this.#living.get(name);
    if (process === undefined) return false;
    process.hasExited = true;
    this.#living.delete(name);
    this.#exited.set(name, process);
    return true;
  }

  remove(process: KnownProcess<Span>, span: Span): void {
    process.spans.delete(span);
    if (process.spans.size > 0) return;
    this.#living.delete(process.name);
    this.#exited.delete(process.name);
  }

  /** The oldest span of the process that has been gone the longest. */
  oldestGone(nowMs: number): Span | undefined {
    for (const processes of [this.#exited, this.#living]) {
      for (const process of processes.values()) {
        if (!isGone(process, nowMs)) break;
        for (const span of process.spans) return span;
      }
    }
    return undefined;
  }

  /** Spans of processes that are gone. */
  goneSpans(nowMs: number): number {
    let count = 0;
    for (const processes of [this.#exited, this.#living]) {
      for (const process of processes.values()) {
        if (!isGone(process, nowMs)) break;
        count += process.spans.size;
      }
    }
    return count;
  }

  get exitedNames(): readonly string[] {
    return [...this.#exited.keys()];
  }

  #find(name: string): KnownProcess<Span> | undefined {
    return this.#living.get(name) ?? this.#exited.get(name);
  }

  /** Who speaks after it said that it exits has not exited, or another has its name now. */
  #heard(process: KnownProcess<Span>, nowMs: number): void {
    process.heardMs = nowMs;
    process.hasExited = false;
    this.#exited.delete(process.name);
    this.#living.delete(process.name);
    this.#living.set(process.name, process);
  }
}

export function isGone({ hasExited, heardMs }: KnownProcess<unknown>, nowMs: number): boolean {
  return hasExited || nowMs - heardMs > SILENT_AFTER_MS;
}
