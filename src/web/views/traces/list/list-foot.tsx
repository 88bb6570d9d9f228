/** What is shown of what there is, and why the rest is not. */

import { formatCount, formatExactCount } from '../../../format/count.ts';
import { formatClock, millisOf } from '../../../format/time.ts';
import { Button } from '../../../parts/button.tsx';
import { tracesText } from '../../../text/traces-en.ts';
import { type Among, ROWS_MAX } from './trace-list-state.ts';
import type { TraceSearch } from './trace-search.ts';
import './list-foot.css';

export interface ListFootProps {
  readonly search: TraceSearch;
  /** Traces there are, where that is known. */
  readonly total: number | undefined;
  /** Spans by reason, since Synton started; undefined until it is told. */
  readonly dropped: Readonly<Record<string, number>> | undefined;
}

export function ListFoot({ search, total, dropped }: ListFootProps) {
  const words = tracesText.foot;
  const { items, next, hasStopped, examined, among, passed, trimmed } = search.state.value;
  const looked = examined && (examined.store.of > 0 ? examined.store : examined.memory);
  const isPart =
    among === undefined && hasStopped && looked !== undefined && looked.spans < looked.of;
  const oldest = items.at(-1);
  return (
    <footer class="list-foot">
      {among !== undefined && <Slowest {...{ search, among }} />}
      {search.hasLoaded.value && among === undefined && (
        <span>
          {words.shown(formatExactCount(items.length))}
          {total !== undefined && total >= items.length && ` ${words.of(formatExactCount(total))}`}
        </span>
      )}
      {isPart && (
        <span title={`${formatExactCount(looked.spans)} / ${formatExactCount(looked.of)}`}>
          {words.looked(formatCount(looked.spans), formatCount(looked.of))}
          {oldest && `, ${words.until(formatClock(millisOf(oldest.startUnixNano)))}`}
        </span>
      )}
      {next !== undefined && !hasStopped && <span>{words.more}</span>}
      {items.length >= ROWS_MAX && <span>{words.full(formatExactCount(ROWS_MAX))}</span>}
      {passed > 0 && <span>{words.passed(formatCount(passed))}</span>}
      {trimmed > 0 && (
        <span>
          {words.trimmed(formatCount(trimmed))}{' '}
          <Button look="quiet" onClick={() => void search.anew()}>
            {words.lookAgain}
          </Button>
        </span>
      )}
      {dropped !== undefined && <Drops dropped={dropped} />}
    </footer>
  );
}

function Slowest({ search, among }: { readonly search: TraceSearch; readonly among: Among }) {
  const words = tracesText.order;
  const { items, next } = search.state.value;
  const count = formatExactCount(Math.min(items.length, among.traces));
  const traces = formatExactCount(among.traces);
  return (
    <>
      <span title={words.since}>
        {(next === undefined ? words.ofAll : words.lookedAt)(count, traces)}
        {next !== undefined &&
          among.until !== undefined &&
          `, ${tracesText.foot.until(formatClock(millisOf(among.until)))}`}
      </span>
      {next !== undefined && (
        <Button look="quiet" disabled={search.isLoading.value} onClick={() => void search.more()}>
          {words.further}
        </Button>
      )}
    </>
  );
}

/** Not shown, but not lost either, or counted elsewhere: what the head sampler left out, and resends. */
const NO_LOSS = new Set(['sampled_out', 'duplicate']);

function Drops({ dropped }: { readonly dropped: Readonly<Record<string, number>> }) {
  const words = tracesText.foot;
  const sampledOut = dropped['sampled_out'] ?? 0;
  const losses = Object.entries(dropped).filter(
    ([reason, count]) => count > 0 && !NO_LOSS.has(reason),
  );
  const lost = losses.reduce((sum, [, count]) => sum + count, 0);
  const why = losses
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => words.droppedWhy(formatExactCount(count), reason));
  return (
    <span class="list-foot-drops" title={[words.since, ...why].join('\n')}>
      {words.sampledOut(formatCount(sampledOut))}
      {' · '}
      <span class={lost > 0 ? 'warning' : undefined}>
        {words.dropped(formatCount(lost), why.slice(0, 2).join(', '))}
      </span>
    </span>
  );
}
