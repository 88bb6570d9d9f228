/** One line of the lifecycle: when, how deep, what. */
import { formatCount } from '../../../../format/count.ts';
import { formatExact, formatOffset } from '../../../../format/duration.ts';
import { CutMiddle } from '../../../../parts/cut-middle.tsx';
import { ServiceName } from '../../../../parts/service-name.tsx';
import { tabsText } from '../../../../text/tabs-en.ts';
import type { LifecycleLine } from './lifecycle-lines.ts';
import { LineMark } from './line-mark.tsx';
import { type LineWords, sentenceOf } from './line-words.ts';
import './lifecycle-row.css';

export interface LifecycleRowProps {
  readonly line: LifecycleLine;
  readonly words: LineWords;
  readonly id: string;
  readonly top: number;
  readonly place: number;
  readonly count: number;
  readonly isSelected: boolean;
  readonly isFound: boolean;
  onSelect(): void;
}

/** Deeper lines stand here, and say their level. */
const RAILS_MAX = 20;

export function LifecycleRow(props: LifecycleRowProps) {
  const { line, words, id, top, place, count, isSelected, isFound, onSelect } = props;
  const { kind, node, depth } = line;
  const { at, what, times, name, peer, more, isFailed, outcome } = words;
  const rails = Math.min(depth, RAILS_MAX);
  const isOpening =
    kind !== 'exit' && kind !== 'checkpoint' && kind !== 'custom' && kind !== 'error';
  const look = `${isSelected ? 'lifecycle-row-selected' : ''} ${isFound ? 'lifecycle-row-found' : ''}`;
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the list keeps the focus
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list takes the keys
    <div
      id={id}
      class={`lifecycle-row lifecycle-row-${kind} ${look}`}
      style={{ transform: `translateY(${top}px)` }}
      role="option"
      aria-selected={isSelected}
      aria-posinset={place}
      aria-setsize={count}
      aria-label={sentenceOf(line, words)}
      onClick={onSelect}
    >
      <span class="lifecycle-row-offset mono" title={formatExact(Math.round(at))}>
        {formatOffset(at)}
      </span>
      <span class="lifecycle-row-rails" style={{ '--rails': rails }} />
      {depth > RAILS_MAX && <span class="faint">{tabsText.lifecycle.deep(depth)}</span>}
      <LineMark kind={kind} />
      <span class="lifecycle-row-what">{what}</span>
      <span class="lifecycle-row-name" title={peer === undefined ? name : `${name} → ${peer}`}>
        {times > 0 && <b>{tabsText.lifecycle.times(formatCount(times))}</b>}
        <CutMiddle name={name} />
        {peer !== undefined && <span class="lifecycle-row-peer">→ {peer}</span>}
      </span>
      {outcome !== undefined && (
        <span class={`lifecycle-row-outcome ${isFailed ? 'failed' : 'warning'}`}>{outcome}</span>
      )}
      <span class="lifecycle-row-more">{more.join(', ')}</span>
      {node !== undefined && isOpening && (
        <span class="lifecycle-row-service soft">
          <ServiceName service={node.service} />
        </span>
      )}
    </div>
  );
}
