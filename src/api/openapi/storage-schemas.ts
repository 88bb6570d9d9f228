/** The JSON of what lies on disk. */
import * as v from 'valibot';
import type {
  CompactionReport,
  CompactionState,
  ForwardingFolder,
  StorageContents,
  StorageForm,
  StorageShare,
} from '../../model/storage-inventory.ts';
import type { StorageAnswer } from '../storage-control.ts';
import type { JsonOf } from './json-of.ts';
import { count, nanoseconds } from './trace-schemas.ts';

type Schema<Model> = v.GenericSchema<JsonOf<Model>>;

const text = v.string();
/** Rounded to a hundredth or a thousandth. */
const share = v.pipe(v.number(), v.minValue(0));

const shareFields = {
  partitions: count,
  spans: count,
  bytes: count,
  bytesPerSpan: v.optional(share),
};
const storageShare: Schema<StorageShare> = v.strictObject(shareFields);

const contents: Schema<StorageContents> = v.strictObject({
  spans: count,
  directory: count,
  traces: count,
  values: count,
  statistics: count,
  free: count,
  other: count,
  unknown: count,
});

export const storageForm: Schema<StorageForm> = v.strictObject({ ...shareFields, contents });

const entries = v.strictObject({ entries: count, bytes: count });
const folders = v.strictObject({ folders: count, bytes: count });

const forwardingFolder: Schema<ForwardingFolder> = v.strictObject({
  name: text,
  bytes: count,
  cursor: v.optional(v.strictObject({ partition: count, block: count })),
  deadLetters: v.strictObject({ requests: count, bytes: count }),
});

const compactionReport: Schema<CompactionReport> = v.strictObject({
  partitions: count,
  spans: count,
  bytesBefore: count,
  bytesAfter: count,
  spansHeld: count,
  failed: count,
  workedMs: count,
  leftovers: entries,
});

export const compactionState: Schema<CompactionState> = v.strictObject({
  run: count,
  status: v.picklist(['none', 'running', 'done', 'failed']),
  startedUnixNano: v.optional(nanoseconds),
  finishedUnixNano: v.optional(nanoseconds),
  report: v.optional(compactionReport),
  setAsideRemoved: v.optional(folders),
  detail: v.optional(text),
});

export const storageAnswer: Schema<StorageAnswer> = v.strictObject({
  pid: count,
  version: text,
  takenUnixNano: nanoseconds,
  bytes: count,
  total: storageShare,
  blocks: storageForm,
  columns: storageForm,
  unchecked: count,
  damaged: count,
  setAside: folders,
  leftovers: entries,
  forwarding: v.array(forwardingFolder),
  otherBytes: count,
  oldestUnixNano: v.optional(nanoseconds),
  newestUnixNano: v.optional(nanoseconds),
  retention: v.strictObject({
    maxAgeMs: count,
    maxBytes: count,
    next: v.optional(
      v.strictObject({
        partition: count,
        spans: count,
        bytes: count,
        expiresUnixNano: v.optional(nanoseconds),
        bytesUntil: count,
      }),
    ),
  }),
  rewriting: v.strictObject({
    waiting: storageShare,
    partitions: count,
    spans: count,
    failed: count,
    workedMs: count,
    workedUsPerSpan: v.optional(share),
  }),
  compaction: compactionState,
});
