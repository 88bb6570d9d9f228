/**
 * Loads an instrumentation when the program first loads its library: from where the program is, else from where Synton
 * is. Each is loaded once, and stands back where the program loads the same package itself. Never throws: an
 * instrumentation that fails is told once, and the program goes on without.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { trace } from '@opentelemetry/api';
import type { InstrumentationSettings } from '../settings.ts';
import { instrumentedBy, LIBRARIES, type Library, otherLibrary } from './libraries.ts';
import { takeLogs, winstonLine } from './log-events.ts';
import { OwnModules } from './own-modules.ts';
import { sharesContext } from './shared-context.ts';

export interface LoaderParts {
  /** Folder of the program. */
  readonly root: string;
  readonly settings: InstrumentationSettings;
  readonly say: (message: string) => void;
}

/** What is used of an instrumentation, whoever wrote it. */
interface Instrumentation {
  setTracerProvider(provider: unknown): void;
  disable(): void;
}

type InstrumentationClass = new (config: object) => Instrumentation;

/** Logs are the program's output: nothing is written into them. */
const CONFIGS: Readonly<Record<string, object>> = {
  pino: { disableLogCorrelation: true },
  winston: { disableLogSending: true, logHook: winstonLine },
  fastify: { registerOnInitialization: true },
};

export class InstrumentationLoader {
  readonly #parts: LoaderParts;
  readonly #byModule: ReadonlyMap<string, Library>;
  /** By name. Undefined for one that is not there, or is left to the program. */
  readonly #loaded = new Map<string, Instrumentation | undefined>();
  readonly #missing: Library[] = [];
  readonly #left = new Set<string>();
  readonly #modules = new OwnModules();
  /** What is loaded now is loaded by us. */
  #isLoading = false;

  constructor(parts: LoaderParts) {
    this.#parts = parts;
    const wanted = wantedLibraries(parts.settings);
    this.#byModule = new Map(
      wanted.flatMap((one) => one.modules.map((module) => [module, one] as const)),
    );
  }

  get isLoading(): boolean {
    return this.#isLoading;
  }

  /** Those of builtin modules, before the program begins. */
  start(): void {
    for (const path of Object.keys(createRequire(import.meta.url).cache)) this.#notice(path);
    const builtins = new Set([...this.#byModule.values()].filter(({ isBuiltin }) => isBuiltin));
    for (const library of builtins) this.#ensure(library);
  }

  /** False for a package that nobody wants to look inside of. */
  isWanted(packageName: string): boolean {
    return this.#byModule.has(packageName);
  }

  /** Before the code of the package runs. Whether something looks inside of it. */
  use(packageName: string): boolean {
    const library = this.#byModule.get(packageName);
    return library !== undefined && this.#ensure(library) !== undefined;
  }

  has(name: string): boolean {
    return this.#loaded.get(name) !== undefined;
  }

  isLeft(name: string): boolean {
    return this.#left.has(name) || this.#left.has('all');
  }

  /** The program loads a package of OpenTelemetry's itself: what it looks inside of is the program's own affair. */
  leave(packageName: string): boolean {
    const name = instrumentedBy(packageName);
    if (name === undefined || this.#isLoading) return false;
    this.#left.add(name);
    for (const [known, instrumentation] of this.#loaded) {
      if (!this.isLeft(known)) continue;
      attempt(() => instrumentation?.disable());
      this.#loaded.set(known, undefined);
    }
    return true;
  }

  /** Those that the program names as its own, uses, and has no instrumentation of. */
  unseen(): Library[] {
    const own = dependenciesOf(this.#parts.root);
    return this.#missing.filter(
      (one) => !this.isLeft(one.name) && one.modules.some((module) => own.has(module)),
    );
  }

  #notice(path: string): void {
    const found = /[\\/]node_modules[\\/](@(?:opentelemetry|fastify)[\\/][^\\/]+)[\\/]/.exec(path);
    if (found !== null) this.leave(found[1]!.replace('\\', '/'));
  }

  #ensure(library: Library): Instrumentation | undefined {
    const { name } = library;
    if (this.isLeft(name) || this.#loaded.has(name)) return this.#loaded.get(name);
    // Before it is loaded: it may load what it looks inside of.
    this.#loaded.set(name, undefined);
    const made = this.#load(library);
    this.#loaded.set(name, made);
    return made;
  }

  #load(library: Library): Instrumentation | undefined {
    const { settings, say, root } = this.#parts;
    const path = resolved(library.package, root);
    if (path === undefined) {
      this.#missing.push(library);
      if (settings.names.includes(library.name)) {
        say(`${library.name} is not instrumented: ${installCommand(library)}`);
      }
      return undefined;
    }
    this.#isLoading = true;
    try {
      if (!sharesContext(path)) throw new Error('its API of OpenTelemetry shares no context');
      const exports = this.#modules.load(path);
      if (library.name === 'pino') takeLogs(this.#modules.load(logsOf(path)));
      const instrumentation = make(exports, CONFIGS[library.name] ?? {});
      for (const module of library.isBuiltin ? library.modules : []) loadBuiltin(module);
      return instrumentation;
    } catch (error) {
      say(`${library.package} failed, ${library.name} is not instrumented: ${String(error)}`);
      return undefined;
    } finally {
      this.#isLoading = false;
    }
  }
}

export function installCommand(library: Library): string {
  return `npm i -D ${library.package}@${library.version}`;
}

function wantedLibraries({ isAuto, names }: InstrumentationSettings): Library[] {
  const known = LIBRARIES.filter(
    ({ name, isNoise }) => names.includes(name) || (isAuto && !isNoise),
  );
  const others = names.filter((name) => !LIBRARIES.some((one) => one.name === name));
  return [...known, ...others.map(otherLibrary)];
}

function make(exports: unknown, config: object): Instrumentation {
  const Class = Object.values(Object(exports)).find(isInstrumentation);
  if (Class === undefined) throw new Error('it has no instrumentation in it');
  const instrumentation = new Class(config);
  instrumentation.setTracerProvider(trace.getTracerProvider());
  return instrumentation;
}

function isInstrumentation(value: unknown): value is InstrumentationClass {
  if (typeof value !== 'function') return false;
  return typeof (value.prototype as Partial<Instrumentation>)?.setTracerProvider === 'function';
}

/** What it looks inside of is patched when it is required. Names that were imported before see it too. */
function loadBuiltin(name: string): void {
  const require = createRequire(import.meta.url);
  const { isBuiltin, syncBuiltinESMExports } =
    require('node:module') as typeof import('node:module');
  if (!isBuiltin(name)) return;
  require(name);
  syncBuiltinESMExports();
}

function resolved(packageName: string, root: string): string | undefined {
  for (const from of [join(root, 'package.json'), import.meta.url]) {
    try {
      return createRequire(from).resolve(packageName);
    } catch {
      // Not there.
    }
  }
  return undefined;
}

/** Of what hands lines over to the API of logs. */
function logsOf(path: string): string {
  return createRequire(path).resolve('@opentelemetry/api-logs');
}

function dependenciesOf(root: string): ReadonlySet<string> {
  try {
    const found = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<
      string,
      object
    >;
    const kinds = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];
    return new Set(kinds.flatMap((kind) => Object.keys(found[kind] ?? {})));
  } catch {
    return new Set();
  }
}

function attempt(act: () => void): void {
  try {
    act();
  } catch {
    // It is somebody else's code, and no longer needed.
  }
}
