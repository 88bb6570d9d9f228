/** The way back out: all of the trace, the sub-tree that is looked at, and ranges of which each holds the next. */

import { nameAt } from '../../../../data/outline.ts';
import { formatDuration } from '../../../../format/duration.ts';
import { traceText } from '../../../../text/trace-en.ts';
import type { TimeRange } from '../../time-range.ts';
import type { TraceModel } from '../../trace-model.ts';
import './zoom-crumbs.css';

const { timeline: words } = traceText;

export function ZoomCrumbs({ model }: { readonly model: TraceModel }) {
  const outline = model.outline.value;
  const focus = model.focusRow.value;
  const trail = model.trail.value;
  if (outline === undefined) return null;
  const crumbs = [
    {
      word: words.all,
      go: () => (focus >= 0 ? model.focus(-1) : model.zoom(undefined)),
    },
    ...(focus >= 0 ? [{ word: nameAt(outline, focus), go: () => model.zoom(undefined) }] : []),
    ...trail.map((range) => ({ word: rangeText(range), go: () => model.zoom(range) })),
  ];
  return (
    <nav class="zoom-crumbs" aria-label={words.crumbs}>
      {crumbs.map(({ word, go }, at) =>
        at === crumbs.length - 1 ? (
          <span key={`${at}${word}`} class="zoom-crumb" aria-current="true" title={word}>
            {word}
          </span>
        ) : (
          <button key={`${at}${word}`} type="button" class="zoom-crumb" title={word} onClick={go}>
            {word}
          </button>
        ),
      )}
    </nav>
  );
}

/** `300–900 ms`: the unit once where both have the same. */
function rangeText({ from, to }: TimeRange): string {
  const [begin, unit] = from === 0 ? ['0', ''] : formatDuration(from).split(' ');
  const [end, endUnit] = formatDuration(to).split(' ');
  const isOne = unit === endUnit || unit === '';
  return `${begin}${isOne ? '' : ` ${unit}`}–${end} ${endUnit}`;
}
