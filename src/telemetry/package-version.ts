/** The version of this package, from its own package.json: the one place where it is written. */
import { createRequire } from 'node:module';

/** Such as `0.1.0`. The file lies two folders up from src/telemetry and from dist/telemetry alike. */
export function packageVersion(): string {
  const require = createRequire(import.meta.url);
  return (require('../../package.json') as { version: string }).version;
}
