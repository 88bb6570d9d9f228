/** Asks the API of the collector that served the page. */
import { ApiError, errorOf } from './api-error.ts';
import { answered, unanswered } from './connection.ts';

export const API = '/api/v1/instr';

export type Query = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>;

export function urlOf(path: string, query: Query = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== '') params.append(name, String(one));
    }
  }
  return params.size === 0 ? path : `${path}?${params}`;
}

/** @throws ApiError; an AbortError where the signal says so */
export async function ask(url: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    unanswered();
    throw ApiError.unreachable(error);
  }
  answered();
  if (!response.ok && response.status !== 304) throw await errorOf(response);
  return response;
}

/** The whole of an answer. @throws as askJson */
export async function textOf(response: Response, signal?: AbortSignal): Promise<string> {
  try {
    return await response.text();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw ApiError.malformed(new URL(response.url).pathname, response.status, error);
  }
}

/** @throws ApiError; an AbortError where the signal says so */
export async function askJson<T>(url: string, signal?: AbortSignal): Promise<T> {
  const response = await ask(url, signal === undefined ? {} : { signal });
  try {
    return await response.json();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw ApiError.malformed(url, response.status, error);
  }
}
