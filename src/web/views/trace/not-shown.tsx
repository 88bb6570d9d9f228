/** The foot of the page: which keys there are, and how much of the trace is shown and why not more. */
import { keyLabel } from '../../app/keys.ts';
import { FLAG, type Outline } from '../../data/outline.ts';
import { formatCount, formatExactCount } from '../../format/count.ts';
import { traceText } from '../../text/trace-en.ts';
import type { TraceModel } from './trace-model.ts';
import './not-shown.css';

const { shown: words, timeline } = traceText;
const HINTS: readonly (readonly [keys: readonly string[], does: string])[] = [
  [['/'], timeline.hints.find],
  [['f', 'b'], timeline.hints.step],
  [['[', ']'], timeline.hints.fold],
  [['o', 'p'], timeline.hints.level],
  [['c'], timeline.hints.critical],
  [['e'], timeline.hints.error],
  [['z'], timeline.hints.focus],
  [['?'], timeline.hints.keys],
];

export function NotShown({ model, tab }: { readonly model: TraceModel; readonly tab: string }) {
  const outline = model.outline.value;
  if (outline === undefined) return null;
  const { first, end } = model.rows.value;
  const isTimeline = tab === 'timeline';
  const visible = isTimeline ? model.folds.visible.value.length : end - first;
  const all = Math.max(outline.trace.spanCount, outline.rowCount);
  const reasons = reasonsOf(outline, { rows: end - first, visible });
  // What these leave out they say themselves.
  const tellsItself = tab === 'lifecycle' || tab === 'raw';
  const count = tellsItself
    ? traceText.page.spans(formatCount(all), all === 1)
    : visible === all
      ? words.all(formatCount(all))
      : words.some(formatCount(visible), formatCount(all));
  return (
    <footer class="not-shown">
      <ul class="not-shown-keys" aria-hidden="true">
        {isTimeline &&
          HINTS.map(([keys, does]) => (
            <li key={does}>
              {keys.map((key) => (
                <kbd key={key}>{keyLabel(key)}</kbd>
              ))}
              {does}
            </li>
          ))}
      </ul>
      <p class="not-shown-said" role="status" title={formatExactCount(all)}>
        {model.said.value || [count, ...reasons].join(' · ')}
      </p>
    </footer>
  );
}

interface Counts {
  /** Of the focus. */
  readonly rows: number;
  readonly visible: number;
}

function reasonsOf(outline: Outline, { rows, visible }: Counts): string[] {
  const { rowCount, trace, flags, notes, warnings } = outline;
  const reasons: string[] = [];
  if (rows < rowCount) reasons.push(words.focused);
  if (visible < rows) reasons.push(words.folded(formatCount(rows - visible)));
  if (trace.spanCount > rowCount) reasons.push(words.beyondLimit);
  let orphans = 0;
  for (let row = 0; row < rowCount; row++) if ((flags[row]! & FLAG.orphan) !== 0) orphans++;
  if (rowCount > 0 && (flags[0]! & FLAG.orphan) !== 0) reasons.push(words.noRoot);
  if (orphans > 0) reasons.push(words.orphans(formatCount(orphans), orphans === 1));
  if (trace.inMemoryOnly) reasons.push(words.inMemory);
  const skew = 1 << notes.indexOf('clock_skew_adjusted');
  if (warnings.some((bits) => (bits & skew) !== 0)) reasons.push(words.skew);
  return reasons;
}
