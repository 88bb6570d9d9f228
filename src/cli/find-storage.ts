/**
 * Who can tell what lies on disk: the service at the configured address, or the data directory itself where nobody has it.
 *
 * The directory's lock knows its owner for certain; the address is only where the configuration expects one. Where the two disagree,
 * nothing is told of the wrong one.
 */
import { type LoadedConfig, loadConfig } from '../config/config.ts';
import type { CompactionState, StorageInventory } from '../model/storage-inventory.ts';
import { type ApiInput, ApiUnreachable, apiUrl, askApi } from './api-client.ts';

/** As the API tells it. */
export interface ServedStorage extends StorageInventory {
  readonly pid: number;
  readonly version: string;
  readonly compaction: CompactionState;
}

export const STORAGE_PATH = '/api/v1/storage';

export type FoundStorage =
  | { readonly where: 'service'; readonly url: string; readonly answer: ServedStorage }
  | { readonly where: 'directory'; readonly loaded: LoadedConfig };

/** @throws Error that says who is in the way, and what to do */
export async function findStorage(input: ApiInput): Promise<FoundStorage> {
  const loaded = loadConfig(input);
  if (input.url !== undefined) return served(apiUrl(input, loaded));
  const { ownerOf, heldBy } = await import('../data-directory.ts');
  const { enabled, path } = loaded.config.instrument.persistence;
  const owner = enabled ? await ownerOf(loaded.config) : undefined;
  if (loaded.config.api.port === 0) {
    if (owner === undefined) return { where: 'directory', loaded };
    throw new Error(`${heldBy(path, owner)}: give --url of its API, as api.endpoint has port 0`);
  }
  const url = apiUrl(input, loaded);
  try {
    const found = await served(url);
    if (owner === undefined || found.answer.pid === owner.pid) return found;
    throw new Error(
      `the Synton at ${url} (pid ${found.answer.pid}) keeps its data elsewhere: ${heldBy(path, owner)}; give --url of that one`,
    );
  } catch (error) {
    if (!(error instanceof ApiUnreachable)) throw error;
    if (owner === undefined) return { where: 'directory', loaded };
    throw new Error(
      `${heldBy(path, owner)}, and ${error.message}: give --url of its API, or stop it`,
    );
  }
}

async function served(url: string): Promise<FoundStorage & { where: 'service' }> {
  const answer = await askApi<ServedStorage>(url, STORAGE_PATH);
  if (typeof answer.takenUnixNano !== 'bigint' || typeof answer.columns !== 'object')
    throw new Error(`what answers at ${url} is no Synton that this one understands`);
  return { where: 'service', url, answer };
}
