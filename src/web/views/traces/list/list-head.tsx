// biome-ignore-all lint/a11y/useFocusableInteractive: heads of a grid whose rows are chosen by keys
// biome-ignore-all lint/a11y/useSemanticElements: see the list
/** Names of the columns; that of the bars is their scale. */
import { formatDuration } from '../../../format/duration.ts';
import { tracesText } from '../../../text/traces-en.ts';
import type { DurationScale } from './duration-scale.ts';
import './list-head.css';

/** Beyond it stands what changes the scale. */
const LABELLED_MAX = 0.8;

export interface ListHeadProps {
  readonly scale: DurationScale;
  onScaleKind(): void;
}

export function ListHead({ scale, onScaleKind }: ListHeadProps) {
  const words = tracesText.list;
  return (
    <div class="list-head" role="row" aria-rowindex={1}>
      <span role="columnheader">{words.when}</span>
      <span role="columnheader">{words.service}</span>
      <span role="columnheader">{words.operation}</span>
      <span role="columnheader" class="number">
        {words.spans}
      </span>
      <span role="columnheader" class="number">
        {words.errors}
      </span>
      <span role="columnheader" class="number">
        {words.duration}
      </span>
      <span role="columnheader" class="list-head-scale">
        {scale.ticks
          .filter(({ at }) => at < LABELLED_MAX)
          .map(({ nanos, at }) => (
            <span
              key={nanos}
              class="list-head-tick"
              style={{ insetInlineStart: `${at * 100}%` }}
              aria-hidden="true"
            >
              {nanos === 0 ? '0' : roundDuration(nanos)}
            </span>
          ))}
        <button
          type="button"
          class="list-head-kind"
          title={words.scale(words[scale.kind])}
          aria-label={words.scale(words[scale.kind])}
          onClick={onScaleKind}
        >
          {words[scale.kind]}
        </button>
      </span>
    </div>
  );
}

/** `100 ms`: a round value needs no digits after its point. */
function roundDuration(nanos: number): string {
  return formatDuration(nanos).replace(/\.0+(?= )/, '');
}
