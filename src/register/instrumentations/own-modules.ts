/**
 * Loads packages of OpenTelemetry's so that a program which loads the same ones gets its own: whoever patches what is
 * required keeps in mind what he has patched, and would pass over what somebody else asks him for later.
 */
import { createRequire } from 'node:module';

type Cache = NodeJS.Dict<NodeJS.Module>;

/** The API itself is one for all: it finds itself. */
const OWNED =
  /[\\/]node_modules[\\/](?:@opentelemetry[\\/](?!api[\\/])|@fastify[\\/]otel[\\/]|require-in-the-middle[\\/]|import-in-the-middle[\\/])/;

export class OwnModules {
  readonly #require = createRequire(import.meta.url);
  readonly #own = new Map<string, NodeJS.Module>();

  /** @throws what the module throws */
  load(path: string): unknown {
    const cache: Cache = this.#require.cache;
    const before = new Map(Object.entries(cache).filter(([key]) => OWNED.test(key)));
    for (const key of before.keys()) delete cache[key];
    for (const [key, module] of this.#own) cache[key] = module;
    try {
      return this.#require(path);
    } finally {
      for (const [key, module] of Object.entries(cache)) {
        if (!OWNED.test(key) || module === undefined) continue;
        this.#own.set(key, module);
        delete cache[key];
      }
      for (const [key, module] of before) cache[key] = module;
    }
  }
}
