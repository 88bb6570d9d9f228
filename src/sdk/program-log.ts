/**
 * How a processor speaks inside somebody's program: to OpenTelemetry's `diag`, which is silent unless the
 * program gave it a logger; and a few things that a user must know to the console, each once.
 */
import { diag } from '@opentelemetry/api';
import type { Logger } from '../telemetry/logger.ts';

const NAME = 'synton';

export class ProgramLog implements Logger {
  readonly #diag = diag.createComponentLogger({ namespace: NAME });
  readonly #said = new Set<string>();

  debug(message: string): void {
    this.#diag.debug(message);
  }

  info(fields: object, message: string): void {
    this.#diag.info(message, fields);
  }

  warn(fields: object, message: string): void {
    this.#diag.warn(message, fields);
  }

  error(fields: object, message: string): void {
    this.#diag.error(message, fields);
  }

  /** On the console, the first time for this topic; later ones go to `diag`. */
  sayOnce(topic: string, message: string): void {
    if (this.#said.has(topic)) {
      this.#diag.warn(message);
      return;
    }
    this.#said.add(topic);
    console.warn(`${NAME}: ${message}`);
  }
}
