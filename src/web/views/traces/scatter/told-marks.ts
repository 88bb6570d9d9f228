/** In words: what a mark stands for, and what lies in a region. */
import { formatExactCount } from '../../../format/count.ts';
import { cutMiddle } from '../../../format/cut-middle.ts';
import { formatDuration } from '../../../format/duration.ts';
import { formatClock } from '../../../format/time.ts';
import { text } from '../../../text/en.ts';
import { tracesText } from '../../../text/traces-en.ts';
import type { TraceMark } from './scatter-marks.tsx';
import { isWithin, type Region } from './scatter-plane.ts';
import { type SetsApart, setsApart } from './sets-apart.ts';

/** Longer names are cut before anybody measures them, or reads them aloud. */
export const NAME_MAX = 200;
const NAME_SHORT = 60;
const words = tracesText.scatter;

/** Undefined where all is well. */
export function toldState({ state }: Pick<TraceMark, 'state'>): string | undefined {
  if (state === 'ended') return undefined;
  return text.status[({ failed: 'Failed', running: 'Running', stale: 'stale' } as const)[state]];
}

export function toldMark(mark: TraceMark): string {
  const { root, spanCount } = mark.trace;
  const said = [
    ...[cutMiddle(root.name, NAME_MAX), cutMiddle(root.service, NAME_MAX)],
    ...[formatDuration(mark.nanos), toldState(mark)],
    ...[words.spans(formatExactCount(spanCount)), formatClock(mark.at)],
  ];
  return said.filter((one) => one !== undefined).join(', ');
}

/** Sentences: `14:03:00 – 14:04:00, 120 ms – 1.2 s: 43 traces, 3 failed` and `40 are POST /orders, of 51 in all`. */
export function toldRegion(marks: readonly TraceMark[], region: Region): readonly string[] {
  const inside = marks.filter((mark) => isWithin(mark, region));
  const failed = inside.filter(({ state }) => state === 'failed').length;
  const counts = [words.traces(formatExactCount(inside.length))];
  if (failed > 0) counts.push(words.failed(formatExactCount(failed)));
  const apart = setsApart(
    inside.map(({ trace }) => trace),
    marks.map(({ trace }) => trace),
  );
  const sum = `${toldBounds(region)}: ${counts.join(', ')}`;
  return apart === undefined ? [sum] : [sum, toldApart(apart)];
}

function toldBounds({ from, to, min, max }: Region): string {
  const [least, most] = [min, max].map((nanos) =>
    nanos === undefined ? undefined : formatDuration(nanos),
  );
  const hasTimes = from !== undefined && to !== undefined;
  const times = hasTimes ? [`${formatClock(from)} – ${formatClock(to)}`] : [];
  const hasDurations = least !== undefined || most !== undefined;
  return [...times, ...(hasDurations ? [words.durations(least, most)] : [])].join(', ');
}

function toldApart({ of, name, inside, among }: SetsApart): string {
  const counts = [formatExactCount(inside), formatExactCount(among)] as const;
  return words.setsApart[of](cutMiddle(name, NAME_SHORT), ...counts);
}
