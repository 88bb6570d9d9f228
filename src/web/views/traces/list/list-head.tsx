// biome-ignore-all lint/a11y/useFocusableInteractive: heads of a grid whose rows are chosen by keys
// biome-ignore-all lint/a11y/useSemanticElements: see the list
/** Names of the columns; that of the bars is their scale. */
import { formatDuration } from '../../../format/duration.ts';
import { tidy } from '../../../format/tidy.ts';
import { CutMiddle } from '../../../parts/cut-middle.tsx';
import { tracesText } from '../../../text/traces-en.ts';
import type { DurationScale } from './duration-scale.ts';
import type { OrderName } from './list-order.ts';
import './list-head.css';

/** Beyond it stands what changes the scale. */
const LABELLED_MAX = 0.8;
/** Of bars that attributes have left less room for. */
const LABELLED_SHORT_MAX = 0.6;

export interface ListHeadProps {
  readonly scale: DurationScale;
  readonly order: OrderName;
  onOrder(order: OrderName): void;
  /** Keys of attributes. */
  readonly columns: readonly string[];
  onColumns(): void;
  onScaleKind(): void;
}

export function ListHead(props: ListHeadProps) {
  const { scale, order, columns, onOrder, onColumns, onScaleKind } = props;
  const words = tracesText.list;
  return (
    <div class="list-head" role="row" aria-rowindex={1}>
      <OrderedBy {...{ order, onOrder }} name="newest" title={words.when} />
      <span role="columnheader">{words.service}</span>
      <span role="columnheader" class="list-head-operation">
        {words.operation}
        <button
          type="button"
          class="list-head-more"
          title={tracesText.keys.columns}
          aria-label={tracesText.keys.columns}
          onClick={onColumns}
        >
          {tracesText.columns.more}
        </button>
      </span>
      {columns.map((key) => (
        <span key={key} role="columnheader" class="list-head-shown" title={key}>
          <CutMiddle name={key} />
        </span>
      ))}
      <span role="columnheader" class="number">
        {words.spans}
      </span>
      <span role="columnheader" class="number">
        {words.errors}
      </span>
      <OrderedBy {...{ order, onOrder }} name="slowest" title={words.duration} />
      <span role="columnheader" class="list-head-scale">
        {scale.ticks
          .filter(({ at }) => at < (columns.length > 0 ? LABELLED_SHORT_MAX : LABELLED_MAX))
          .map(({ nanos, at }) => (
            <span
              key={nanos}
              class="list-head-tick"
              style={{ insetInlineStart: `${at * 100}%` }}
              aria-hidden="true"
            >
              {nanos === 0 ? '0' : tidy(formatDuration(nanos))}
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

interface OrderedByProps extends Pick<ListHeadProps, 'order' | 'onOrder'> {
  readonly name: OrderName;
  readonly title: string;
}

function OrderedBy({ name, title, order, onOrder }: OrderedByProps) {
  const isOrder = order === name;
  return (
    <span
      role="columnheader"
      class={`list-head-order ${name === 'slowest' ? 'number' : ''}`}
      aria-sort={isOrder ? 'descending' : 'none'}
    >
      <button type="button" title={tracesText.order.by[name]} onClick={() => onOrder(name)}>
        {title}
        <span class="list-head-arrow" aria-hidden="true">
          {isOrder ? '↓' : ''}
        </span>
      </button>
    </span>
  );
}
