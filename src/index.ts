/**
 * The package's main face: run the service inside a program, or load its configuration.
 *
 * The in-process span processor is `synton/sdk`. What is not exported here is internal and may change.
 */
export {
  type Config,
  type ConfigInput,
  type ExportConfig,
  type ListenerConfig,
  type LoadedConfig,
  loadConfig,
  type ReceiverConfig,
} from './config/config.ts';
export { ConfigError, type ConfigProblem, type Origin } from './config/config-error.ts';
export type { Address, ConfigKey, HttpUrl } from './config/config-keys.ts';
export {
  InvalidParameter,
  InvalidTraceId,
  SyntonError,
  TraceNotFound,
} from './model/errors.ts';
export { type RunningService, startService } from './service.ts';
export type { Logger } from './telemetry/logger.ts';
