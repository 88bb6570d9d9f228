/** The storage report for a person. Exact values are in the JSON. */
import { formatBytes, formatDurationMs } from '../config/quantities.ts';
import type {
  CompactionState,
  StorageContents,
  StorageInventory,
  StorageShare,
} from '../model/storage-inventory.ts';
import { humanBytes, humanCount, humanNano, humanTime, textTable } from './text-table.ts';

const CONTENTS: readonly (readonly [keyof StorageContents, string])[] = [
  ['spans', 'spans'],
  ['directory', 'directory, heads'],
  ['traces', 'trace index'],
  ['values', 'value filters'],
  ['statistics', 'statistics'],
  ['free', 'free pages'],
  ['other', 'other'],
  ['unknown', 'not looked into'],
];

export function storageText(inventory: StorageInventory, compaction?: CompactionState): string[] {
  const { columns, blocks, total } = inventory;
  return [
    ...textTable([
      ['', 'partitions', 'spans', 'bytes', 'bytes/span'],
      ['columns', ...shareCells(columns)],
      ['blocks', ...shareCells(blocks)],
      ['in total', ...shareCells(total)],
    ]),
    '',
    ...textTable([
      ['what the bytes hold', 'columns', 'blocks'],
      ...CONTENTS.map(([key, name]) => [
        name,
        humanBytes(columns.contents[key]),
        humanBytes(blocks.contents[key]),
      ]),
    ]),
    '',
    ...facts(inventory, compaction).map(([name, value]) => `  ${name.padEnd(17)} ${value}`),
  ];
}

function shareCells({ partitions, spans, bytes, bytesPerSpan }: StorageShare): string[] {
  const perSpan = bytesPerSpan === undefined ? '' : bytesPerSpan.toFixed(1);
  return [humanCount(partitions), humanCount(spans), humanBytes(bytes), perSpan];
}

function facts(
  inventory: StorageInventory,
  compaction: CompactionState | undefined,
): [string, string][] {
  const { setAside, leftovers, unchecked, damaged, oldestUnixNano, newestUnixNano } = inventory;
  const rows: [string, string][] = [
    ['whole directory', humanBytes(inventory.bytes)],
    [
      'set aside',
      setAside.folders === 0
        ? 'nothing'
        : `${plural(setAside.folders, 'damaged folder')}, ${humanBytes(setAside.bytes)}; \`synton compact --remove-damaged\` removes them`,
    ],
    [
      'left over',
      leftovers.entries === 0
        ? 'nothing'
        : `${plural(leftovers.entries, 'entry', 'entries')}, ${humanBytes(leftovers.bytes)}; \`synton compact\` removes them`,
    ],
    ...inventory.forwarding.map(({ name, bytes, cursor, deadLetters }): [string, string] => [
      'forwarding',
      [
        name,
        cursor === undefined
          ? 'no place yet'
          : `up to partition ${cursor.partition}, block ${cursor.block}`,
        `${plural(deadLetters.requests, 'dead letter')} (${humanBytes(deadLetters.bytes)})`,
        humanBytes(bytes),
      ].join(', '),
    ]),
    ['other files', humanBytes(inventory.otherBytes)],
  ];
  if (oldestUnixNano !== undefined && newestUnixNano !== undefined)
    rows.push(['arrived', `${humanTime(oldestUnixNano)} to ${humanTime(newestUnixNano)}`]);
  if (unchecked > 0)
    rows.push([
      'not checked yet',
      `${plural(unchecked, 'partition')}: what their bytes hold, and spans of the last one, are not known before a service has checked them`,
    ]);
  if (damaged > 0) rows.push(['damaged', plural(damaged, 'partition')]);
  rows.push(['retention', retentionText(inventory)], ['rewriting', rewritingText(inventory)]);
  if (compaction !== undefined && compaction.run > 0)
    rows.push(['compaction', `run ${compaction.run} ${compaction.status}`]);
  return rows;
}

function retentionText({ retention }: StorageInventory): string {
  const { maxAgeMs, maxBytes, next } = retention;
  const age = maxAgeMs === 0 ? 'any age' : formatDurationMs(maxAgeMs);
  const bounds = `${age}, at most ${formatBytes(maxBytes)}`;
  if (next === undefined) return bounds;
  const when = [
    ...(next.expiresUnixNano === undefined ? [] : [`on ${humanTime(next.expiresUnixNano)}`]),
    `after ${humanBytes(next.bytesUntil)} more`,
  ];
  return `${bounds}; partition ${next.partition} goes next (${humanCount(next.spans)} spans, ${humanBytes(next.bytes)}), ${when.join(' or ')}`;
}

function rewritingText({ rewriting }: StorageInventory): string {
  const { waiting, partitions, spans, failed, workedMs, workedUsPerSpan } = rewriting;
  const waits =
    waiting.partitions === 0
      ? 'nothing waits'
      : `${plural(waiting.partitions, 'partition')} of ${humanBytes(waiting.bytes)} to be rewritten`;
  const done =
    partitions === 0
      ? []
      : [
          `${plural(partitions, 'partition')} with ${humanCount(spans)} spans rewritten since the start in ${humanNano(workedMs * 1e6)}, ${humanNano((workedUsPerSpan ?? 0) * 1e3)} a span`,
        ];
  const not = failed === 0 ? [] : [`${plural(failed, 'partition')} could not be`];
  return [waits, ...done, ...not].join('; ');
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${humanCount(count)} ${count === 1 ? one : many}`;
}
