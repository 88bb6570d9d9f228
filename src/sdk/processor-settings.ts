/**
 * From what a program, its environment and a file say to what a processor does.
 *
 * A mistake in an option is the programmer's and throws; one in the environment must not stop a program
 * that is deployed: it is reported as a warning and the value is passed over. So is a file that only
 * SYNTON_CONFIG names. Reads the environment it is given and at most one file.
 */
import { type Config, type ConfigInput, type LoadedConfig, loadConfig } from '../config/config.ts';
import { ConfigError, type ConfigProblem, describeProblem } from '../config/config-error.ts';
import { type OtelEnvironment, readOtelEnvironment } from '../config/otel-environment.ts';
import type { TraceRuntimeSettings } from '../runtime/trace-runtime-contract.ts';
import { givenOptions, type OwnOptions } from './given-options.ts';
import { otelValues } from './otel-values.ts';
import type { ProcessorOptions } from './processor-options.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface ProcessorSettings {
  readonly enabled: boolean;
  /** Without the running spans and without a destination that is an object. */
  readonly runtime: TraceRuntimeSettings;
  readonly exporter: OwnOptions['exporter'];
  readonly maxEndedSpans: number;
  readonly maxRunningSpans: number;
  /** Undefined: where the destination is a Synton. */
  readonly openSpans: boolean | undefined;
  /** How long ended spans gather before they are encoded. */
  readonly lingerMs: number;
  /** This many do not wait. */
  readonly gatherMax: number;
  /** Of forceFlush and of shutdown. */
  readonly flushTimeoutMs: number;
  /** To be said once. */
  readonly warnings: readonly string[];
  /** Neither a path nor a configuration file was given. */
  readonly isMemoryOnly: boolean;
}

/** Short beside what a commit costs, long beside what a span does. */
const LINGER_MS = 50;
const GATHER_MAX = 512;
const ENDED_SPANS = 65_536;
const RUNNING_SPANS = 16_384;

/** @throws ConfigError where an option, or a file that an option names, is wrong */
export function processorSettings(
  options: ProcessorOptions,
  env: Environment = process.env,
): ProcessorSettings {
  const { own, values, problems } = givenOptions(options);
  if (problems.length > 0) throw new ConfigError(problems);
  const otel = readOtelEnvironment(env);
  const input: ConfigInput = {
    inProgram: true,
    options: values,
    otherVariables: otelValues(env, { hasEndpoint: options.export?.endpoint !== undefined }),
    ...(own.configFile !== undefined && { file: own.configFile }),
  };
  const { loaded, warnings } = loadForgiving(input, env);
  const { config } = loaded;
  const runtime = runtimeSettings(config, keepsSpans(loaded));
  const openSpans = openSpansIn(env);
  if (openSpans === 'wrong')
    warnings.push(`${OPEN_SPANS}: expected true or false, not ${env[OPEN_SPANS]}; ignored`);
  return {
    enabled: config.instrument.enabled && !otel.disabled,
    runtime,
    exporter: own.exporter,
    maxEndedSpans:
      own.maxEndedSpans ?? numberIn(env, 'OTEL_BSP_MAX_QUEUE_SIZE', otel) ?? ENDED_SPANS,
    maxRunningSpans: own.maxRunningSpans ?? RUNNING_SPANS,
    openSpans: own.openSpans ?? (openSpans === 'wrong' ? undefined : openSpans),
    lingerMs: numberIn(env, 'OTEL_BSP_SCHEDULE_DELAY', otel) ?? LINGER_MS,
    gatherMax: numberIn(env, 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE', otel) ?? GATHER_MAX,
    flushTimeoutMs: otel.batch.exportTimeoutMs,
    warnings: [...otel.warnings, ...warnings, ...unusedCertificates(own, otel, runtime)],
    isMemoryOnly: runtime.persistence === undefined,
  };
}

/** Loads again without whatever of the environment is wrong, until the rest is right. */
function loadForgiving(
  input: ConfigInput,
  given: Environment,
): { loaded: LoadedConfig; warnings: string[] } {
  const warnings: string[] = [];
  let env = { ...given };
  let otherVariables = input.otherVariables ?? [];
  for (;;) {
    try {
      return { loaded: loadConfig({ ...input, otherVariables, env }), warnings };
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const passedOver = error.problems.flatMap((problem) => variableOf(problem, input, env) ?? []);
      // Nothing of the environment is to blame: the program is.
      if (passedOver.length < error.problems.length) throw error;
      warnings.push(...error.problems.map((problem) => `${describeProblem(problem)}; ignored`));
      env = Object.fromEntries(Object.entries(env).filter(([name]) => !passedOver.includes(name)));
      otherVariables = otherVariables.filter(
        ({ origin }) => origin.source !== 'variable' || !passedOver.includes(origin.name),
      );
    }
  }
}

/** The variable to pass over; undefined where it is no variable's fault. */
function variableOf(
  { origin }: ConfigProblem,
  { file }: ConfigInput,
  env: Environment,
): string | undefined {
  if (origin.source === 'variable') return origin.name;
  const fromVariable = file === undefined && env['SYNTON_CONFIG'];
  return origin.source === 'file' && fromVariable ? 'SYNTON_CONFIG' : undefined;
}

/** Never a folder in the working directory that nobody asked for. */
function keepsSpans({ config, origins, file }: LoadedConfig): boolean {
  const isAsked =
    file !== undefined ||
    origins['instrument.trace_path'].source !== 'default' ||
    origins['instrument.persistence.path'].source !== 'default';
  return isAsked && config.instrument.persistence.enabled;
}

function runtimeSettings({ instrument, retention }: Config, keeps: boolean): TraceRuntimeSettings {
  const { persistence, export: destination } = instrument;
  return {
    sampleRate: instrument.sampleRate,
    obeysSampledFlag: true,
    maxSpansInMemory: instrument.maxSpansInMemory,
    maxBytesInMemory: instrument.maxBytesInMemory,
    retention,
    ...(keeps && { persistence: { path: persistence.path, format: persistence.format } }),
    ...(destination && {
      forward: {
        endpoint: destination.url,
        format: destination.format,
        headers: destination.headers,
        compression: destination.compression,
        start: destination.start,
      },
    }),
  };
}

const OPEN_SPANS = 'SYNTON_OPEN_SPANS';

function openSpansIn(env: Environment): boolean | undefined | 'wrong' {
  const text = env[OPEN_SPANS]?.trim().toLowerCase();
  if (!text) return undefined;
  if (/^(?:true|on|1)$/.test(text)) return true;
  return /^(?:false|off|0)$/.test(text) ? false : 'wrong';
}

/** A variable of the batch processor that is set; what is unset has another default here. */
function numberIn(
  env: Environment,
  name: keyof typeof BATCH_FIELDS,
  otel: OtelEnvironment,
): number | undefined {
  const isSet = (env[name]?.trim() ?? '') !== '';
  const isIgnored = otel.warnings.some((warning) => warning.startsWith(name));
  return isSet && !isIgnored ? otel.batch[BATCH_FIELDS[name]] : undefined;
}

const BATCH_FIELDS = {
  OTEL_BSP_MAX_QUEUE_SIZE: 'maxQueueSize',
  OTEL_BSP_SCHEDULE_DELAY: 'scheduleDelayMs',
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: 'maxExportBatchSize',
} as const;

function unusedCertificates(
  own: OwnOptions,
  { exporter }: OtelEnvironment,
  { forward }: TraceRuntimeSettings,
): string[] {
  const given = exporter.certificate ?? exporter.clientKey ?? exporter.clientCertificate;
  if (given === undefined || forward === undefined || own.exporter !== undefined) return [];
  return [
    "OTEL_EXPORTER_OTLP_…CERTIFICATE and …CLIENT_KEY are read by exporter: 'otel' only; ignored",
  ];
}
