/**
 * Questions of the command line to a running Synton: where it listens, by the configuration, and one request at a time with a deadline.
 * What goes wrong is told apart, as each has another remedy: nobody there, somebody else there, an older Synton, a refusal.
 */
import { type IncomingMessage, request } from 'node:http';
import { type LoadedConfig, loadConfig } from '../config/config.ts';
import { isAnyAddress } from '../config/conflicts.ts';
import type { CommandInput } from './command-input.ts';

export interface ApiInput extends CommandInput {
  /** Instead of the configured api.endpoint. */
  readonly url?: string;
}

const DEADLINE_MS = 30_000;
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;

/** Nobody answers there. */
export class ApiUnreachable extends Error {}

/** Without a slash at its end. @throws where neither --url nor the configuration says */
export function apiUrl(input: ApiInput, loaded: LoadedConfig = loadConfig(input)): string {
  if (input.url !== undefined) return input.url.replace(/\/+$/, '');
  const { host, port } = loaded.config.api;
  if (port === 0) throw new Error('api.endpoint has port 0: give --url');
  // An any-address is where one listens, not where one asks.
  const asked = isAnyAddress(host) ? (host.includes(':') ? '::1' : '127.0.0.1') : host;
  return `http://${asked.includes(':') ? `[${asked}]` : asked}:${port}`;
}

/**
 * The JSON of a 2xx answer, with times as bigint.
 * @throws ApiUnreachable, or an Error that says what answered instead
 */
export async function askApi<Answer>(
  url: string,
  path: string,
  method: 'GET' | 'POST' = 'GET',
): Promise<Answer> {
  const { status, text } = await answerOf(url, path, method);
  const value = parsed(text);
  if (value === undefined) throw new Error(`what answers at ${url} is no Synton (${status})`);
  if (status >= 200 && status < 300) return value as Answer;
  const { code, detail } = value as { code?: unknown; detail?: unknown };
  if (code === 'NotFound' || code === 'MethodNotAllowed')
    throw new Error(
      `the Synton at ${url} is of ${await versionOf(url)}, which cannot tell this: it has no ${path.replace(/\?.*/, '')}`,
    );
  throw new Error(`${url} answered ${status}: ${String(code)}: ${String(detail)}`);
}

async function versionOf(url: string): Promise<string> {
  try {
    const { text } = await answerOf(url, '/health', 'GET');
    const { version } = parsed(text) as { version?: unknown };
    return typeof version === 'string' ? `version ${version}` : 'another version';
  } catch {
    return 'another version';
  }
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text, (key, member: unknown) =>
      key.endsWith('UnixNano') && typeof member === 'string' ? BigInt(member) : member,
    );
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function answerOf(
  url: string,
  path: string,
  method: string,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${url}${path}`,
      { method, agent: false, signal: AbortSignal.timeout(DEADLINE_MS) },
      (answer: IncomingMessage) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (piece: string) => {
          text += piece;
          if (text.length > ANSWER_BYTES_MAX) answer.destroy(new Error('its answer has no end'));
        });
        answer.on('error', reject);
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
      },
    );
    sent.on('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.name === 'AbortError' ? `no answer within ${DEADLINE_MS / 1_000} s` : error.message;
      reject(new ApiUnreachable(`${url} does not answer: ${why}`));
    });
    sent.end();
  });
}
