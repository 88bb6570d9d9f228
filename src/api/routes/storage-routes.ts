/**
 * What lies on disk, and its compaction.
 *
 * A compaction is answered with 202 at once and its progress is in the report: it may take many minutes, longer than proxies, clients
 * and this listener keep a silent connection, and it goes on when whoever asked has gone.
 */
import * as v from 'valibot';
import { writeJson } from '../../views/json.ts';
import { RequestRefused } from '../problem.ts';
import type { StorageAnswer, StorageControl } from '../storage-control.ts';
import { YES_OR_NO, yesOrNo } from './parameters.ts';
import { JSON_TYPE, type Route } from './route.ts';
import { jsonShape } from './view-answer.ts';

const STORAGE_PATH = '/api/v1/storage';
const REMOVE_DAMAGED = 'remove_damaged';

export interface StorageFacts {
  readonly version: string;
  /** Undefined: nothing is kept on disk. */
  readonly storage: StorageControl | undefined;
}

export function storageRoutes({ version, storage }: StorageFacts): readonly Route[] {
  const control = (): StorageControl => {
    if (storage !== undefined) return storage;
    throw new RequestRefused('NotPersisted', 'instrument.persistence.enabled is false');
  };
  return [
    {
      path: STORAGE_PATH,
      operationId: 'storage',
      tag: 'storage',
      summary: 'What lies on disk, in which form, and what goes next',
      description:
        'Partitions in blocks and in columns by what their bytes hold, what was set aside or left over, forwarding, retention, rewriting, and the last compaction.',
      parameters: [],
      answers: [jsonShape('StorageAnswer', 'The report. No data is read for it.')],
      problems: ['NotPersisted'],
      async handle() {
        const inventory = await control().inventory();
        const { compaction } = control();
        const answer: StorageAnswer = { pid: process.pid, version, ...inventory, compaction };
        return { contentType: JSON_TYPE, body: writeJson(answer) };
      },
    },
    {
      method: 'POST',
      path: `${STORAGE_PATH}/compact`,
      operationId: 'compact',
      tag: 'storage',
      summary: 'Rewrite everything that is closed into columns, now',
      description:
        'Closes the open partition, rewrites what is closed by then, and removes what interrupted work left. Answered at once: `compaction` of the storage report has this `run` until it is no longer `running`. One runs at a time; who asks meanwhile joins it.',
      parameters: [
        {
          name: REMOVE_DAMAGED,
          in: 'query',
          description: 'Also remove the folders of damaged partitions that were set aside.',
          schema: v.picklist(YES_OR_NO),
          example: 'false',
        },
      ],
      answers: [
        {
          status: 202,
          description: 'It runs.',
          content: { [JSON_TYPE]: ['CompactionState'] },
        },
      ],
      problems: ['NotPersisted'],
      async handle(given) {
        const removeSetAside = yesOrNo(REMOVE_DAMAGED, given[REMOVE_DAMAGED]);
        const state = control().compact({ removeSetAside });
        return { contentType: JSON_TYPE, body: writeJson(state), status: 202 };
      },
    },
  ];
}
