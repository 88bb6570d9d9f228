/**
 * Calls between two threads over a message port, both ways: a name, plain arguments, a plain result. Errors of
 * ours arrive as what they were; anything else as an Error with its message. At most CALLS_MAX calls wait
 * for an answer at once. A port that closes fails every call that waits.
 */
import { type MessagePort, Worker } from 'node:worker_threads';
import { InvalidParameter, InvalidTraceId, SyntonError, TraceNotFound } from '../model/errors.ts';

export type Handlers = Readonly<
  // biome-ignore lint/suspicious/noExplicitAny: arguments are what the caller on the other side passes
  Record<string, (signal: AbortSignal, ...args: any[]) => unknown>
>;

const CALLS_MAX = 1_024;

type Message =
  | { readonly call: number; readonly name: string; readonly args: readonly unknown[] }
  | { readonly cancel: number }
  | { readonly answer: number; readonly result: unknown }
  | { readonly answer: number; readonly error: PlainError };

/** A handler's result with memory that is moved to the other side instead of copied: here it is gone then. */
export class Moved {
  readonly result: unknown;
  readonly memory: readonly ArrayBuffer[];

  constructor(result: unknown, memory: readonly ArrayBuffer[]) {
    this.result = result;
    this.memory = memory;
  }
}

interface PlainError {
  readonly code: string;
  readonly message: string;
  readonly detail?: string;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class ThreadCalls {
  readonly #port: MessagePort | Worker;
  readonly #handlers: Handlers;
  readonly #waiting = new Map<number, Waiting>();
  readonly #serving = new Map<number, AbortController>();
  #next = 0;
  #ended: Error | undefined;

  constructor(port: MessagePort | Worker, handlers: Handlers = {}) {
    this.#port = port;
    this.#handlers = handlers;
    port.on('message', (message: Message) => this.#receive(message));
  }

  /** @throws whatever the handler on the other side threw */
  async call<Result>(
    name: string,
    args: readonly unknown[] = [],
    signal?: AbortSignal,
  ): Promise<Result> {
    if (this.#ended !== undefined) throw this.#ended;
    signal?.throwIfAborted();
    if (this.#waiting.size >= CALLS_MAX) throw new Error(`${name}: too many calls wait already`);
    const call = this.#next++;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.set(call, { resolve, reject });
    const cancel = () => {
      this.#port.postMessage({ cancel: call } satisfies Message);
      this.#waiting.delete(call);
      reject(signal?.reason instanceof Error ? signal.reason : new Error('cancelled'));
    };
    signal?.addEventListener('abort', cancel, { once: true });
    this.#hold();
    this.#port.postMessage({ call, name, args } satisfies Message);
    try {
      return (await promise) as Result;
    } finally {
      signal?.removeEventListener('abort', cancel);
      this.#hold();
    }
  }

  /** A worker that is waited for keeps the process, one that is not does not. Its own port always keeps it. */
  #hold(): void {
    if (!(this.#port instanceof Worker)) return;
    if (this.#waiting.size > 0) this.#port.ref();
    else this.#port.unref();
  }

  /** The other side is gone. */
  end(error: Error): void {
    this.#ended = error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    for (const controller of this.#serving.values()) controller.abort(error);
  }

  #receive(message: Message): void {
    if ('call' in message) void this.#serve(message);
    else if ('cancel' in message) this.#serving.get(message.cancel)?.abort();
    else {
      const waiting = this.#waiting.get(message.answer);
      this.#waiting.delete(message.answer);
      if ('error' in message) waiting?.reject(errorOf(message.error));
      else waiting?.resolve(message.result);
    }
  }

  async #serve({ call, name, args }: Extract<Message, { call: number }>): Promise<void> {
    const controller = new AbortController();
    this.#serving.set(call, controller);
    try {
      const handler = this.#handlers[name];
      if (handler === undefined) throw new Error(`no handler is named ${name}`);
      const given = await handler(controller.signal, ...args);
      const { result, memory } = given instanceof Moved ? given : { result: given, memory: [] };
      this.#port.postMessage({ answer: call, result } satisfies Message, memory);
    } catch (error) {
      this.#port.postMessage({ answer: call, error: plainOf(error) } satisfies Message);
    } finally {
      this.#serving.delete(call);
    }
  }
}

function plainOf(error: unknown): PlainError {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof InvalidParameter)
    return { code: error.code, message, detail: error.parameter };
  if (error instanceof SyntonError) return { code: error.code, message };
  return { code: '', message: error instanceof Error ? (error.stack ?? message) : message };
}

/** An error of the family with its message as it was, not made anew. */
function errorOf({ code, message, detail }: PlainError): Error {
  if (code === 'InvalidParameter')
    return new InvalidParameter(detail ?? '', message.slice((detail ?? '').length + 2));
  const kind = { InvalidTraceId, TraceNotFound }[code];
  if (kind === undefined) return new Error(message);
  const error = new kind('');
  error.message = message;
  return error;
}
