/**
 * Libraries that OpenTelemetry can look inside of, and the package that does. Versions are of the line that works with
 * version 1.9 of OpenTelemetry's API, which is ours, and with 1.10 (packages on `@opentelemetry/instrumentation` 0.22x).
 */
export interface Library {
  /** As SYNTON_INSTRUMENTATIONS names it. */
  readonly name: string;
  /** Packages and builtin modules whose loading says that the library is used. */
  readonly modules: readonly string[];
  readonly package: string;
  readonly version: string;
  /** Loaded before the program: builtin modules are there when it begins. */
  readonly isBuiltin: boolean;
  /** Used only where it is named. */
  readonly isNoise: boolean;
}

const INSTRUMENTATION = '@opentelemetry/instrumentation-';

/** Name, version, and modules other than the one of that name. */
const PACKAGES: readonly (readonly [name: string, version: string, ...modules: string[]])[] = [
  ['pg', '0.76', 'pg-pool'],
  ['mysql', '0.69'],
  ['mysql2', '0.69'],
  ['redis', '0.71', '@redis/client'],
  ['ioredis', '0.71'],
  ['mongodb', '0.76'],
  ['express', '0.71'],
  ['grpc', '0.223', '@grpc/grpc-js'],
  ['kafkajs', '0.32'],
  ['winston', '0.68'],
  ['pino', '0.69'],
];
const BUILTINS: typeof PACKAGES = [
  ['http', '0.223', 'https'],
  ['undici', '0.33'],
];
const NOISE: typeof PACKAGES = [
  ['fs', '0.42'],
  ['net', '0.67'],
  ['dns', '0.66'],
];

export const LIBRARIES: readonly Library[] = [
  ...BUILTINS.map((one) => library(one, true, false)),
  ...PACKAGES.map((one) => library(one, false, false)),
  { ...library(['fastify', '0.21'], false, false), package: '@fastify/otel' },
  ...NOISE.map((one) => library(one, true, true)),
];

/** One that the table does not have: it is looked for under the usual name, before the program begins. */
export function otherLibrary(name: string): Library {
  return library([name, 'latest'], true, true);
}

/** Which library a package of OpenTelemetry looks inside of. `all` for the one that brings every other. */
export function instrumentedBy(packageName: string): string | undefined {
  if (packageName === '@fastify/otel') return 'fastify';
  if (packageName === '@opentelemetry/auto-instrumentations-node') return 'all';
  if (!packageName.startsWith(INSTRUMENTATION)) return undefined;
  return packageName.slice(INSTRUMENTATION.length);
}

function library(
  [name, version, ...more]: (typeof PACKAGES)[number],
  isBuiltin: boolean,
  isNoise: boolean,
): Library {
  const modules = [name, ...more];
  return { name, modules, package: INSTRUMENTATION + name, version, isBuiltin, isNoise };
}
