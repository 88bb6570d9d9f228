/**
 * `synton health`: asks a running Synton whether it is ready. Made for the health check of a container.
 *
 * One GET with a deadline of three seconds; only 200 counts as ready. Any failure, a wrong configuration
 * included, is exit code 1: container engines know no other.
 */
import { get } from 'node:http';
import { printable } from '../telemetry/printable.ts';
import { type ApiInput, apiUrl } from './api-client.ts';

const DEADLINE_MS = 3000;

/** @returns the exit code */
export async function health(input: ApiInput): Promise<0 | 1> {
  try {
    const url = input.url ?? `${apiUrl(input)}/ready`;
    const status = await statusOf(url);
    if (status === 200) {
      process.stdout.write('ready\n');
      return 0;
    }
    process.stderr.write(`synton: not ready: ${printable(url)} answered ${status}\n`);
  } catch (error) {
    process.stderr.write(`synton: not ready: ${printable((error as Error).message)}\n`);
  }
  return 1;
}

function statusOf(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = get(
      url,
      { agent: false, signal: AbortSignal.timeout(DEADLINE_MS) },
      (answer) => {
        answer.destroy();
        resolve(answer.statusCode ?? 0);
      },
    );
    request.on('error', (error) => {
      const late = error.name === 'AbortError';
      reject(late ? new Error(`no answer from ${url} within ${DEADLINE_MS} ms`) : error);
    });
  });
}
