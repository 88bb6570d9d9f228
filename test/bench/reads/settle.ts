/** Waits until everything that a store has closed lies in columns, as it does after some quiet minutes. */
import { setTimeout as wait } from 'node:timers/promises';
import type { RestClient } from './rest-client.ts';

const STORAGE = '/api/v1/storage';
const ASK_EVERY_MS = 1_000;

interface Report {
  readonly compaction: { readonly status: string; readonly reason?: string };
}

/** @throws where it fails */
export async function settle(client: RestClient): Promise<void> {
  const begun = await client.ask(`${STORAGE}/compact`, 'POST');
  if (begun.status !== 202) throw new Error(`compacting: ${begun.status} ${begun.text}`);
  for (;;) {
    const { compaction } = JSON.parse((await client.askOk(STORAGE)).text) as Report;
    if (compaction.status === 'done') return;
    if (compaction.status !== 'running') throw new Error(JSON.stringify(compaction));
    await wait(ASK_EVERY_MS);
  }
}
