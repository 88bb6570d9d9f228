/** Which attribute colours tell: all that the trace's spans have, with how many have each. Arrows go through them, Enter takes one. */
import { useState } from 'preact/hooks';
import { useResource } from '../../data/use-resource.ts';
import { formatCount, formatExactCount } from '../../format/count.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Problem } from '../../parts/problem.tsx';
import { text } from '../../text/en.ts';
import { traceText } from '../../text/trace-en.ts';
import { askAttributes } from './ask-attributes.ts';
import { attributeColour, attributeOfColour } from './colour-by.ts';
import type { TraceModel } from './trace-model.ts';
import './attribute-picker.css';

const { colour: words } = traceText;
const OPTION = (at: number): string => `attribute-picker-${at}`;
const LIST = 'attribute-picker-list';

export interface AttributePickerProps {
  readonly model: TraceModel;
  onClose(): void;
}

export function AttributePicker({ model, onClose }: AttributePickerProps) {
  const [filter, setFilter] = useState('');
  const [at, setAt] = useState(0);
  const { data, error, reload } = useResource(model.traceId, (signal) =>
    askAttributes(model.traceId, signal),
  );
  const wanted = filter.trim().toLowerCase();
  const shown = data?.keys.filter(({ key }) => key.toLowerCase().includes(wanted)) ?? [];
  const chosen = attributeOfColour(model.colourBy.value);
  const take = (key: string | undefined): void => {
    if (key === undefined) return;
    model.colour(attributeColour(key));
    onClose();
  };
  const go = (to: number): void => {
    const place = Math.min(Math.max(to, 0), shown.length - 1);
    setAt(place);
    document.getElementById(OPTION(place))?.scrollIntoView({ block: 'nearest' });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: 10,
      PageUp: -10,
    };
    const move = moves[event.key];
    if (move !== undefined) go(at + move);
    else if (event.key === 'Enter') take(shown[at]?.key);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog label={words.pick} class="attribute-picker" onClose={onClose}>
      <input
        class="attribute-picker-input"
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls={LIST}
        aria-activedescendant={shown.length > 0 ? OPTION(at) : undefined}
        aria-label={words.pick}
        placeholder={words.pick}
        autocomplete="off"
        spellcheck={false}
        autoFocus
        value={filter}
        onInput={(event) => {
          setFilter(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      {error !== undefined && <Problem error={error} onRetry={reload} />}
      <div id={LIST} class="attribute-picker-list" role="listbox" aria-label={words.pick}>
        {shown.map(({ key, spanCount, isOfResource }, place) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys go to the box above
          <div
            key={key}
            id={OPTION(place)}
            class="attribute-picker-option"
            role="option"
            tabIndex={-1}
            aria-selected={place === at}
            onClick={() => take(key)}
          >
            <span class="attribute-picker-key mono">
              {key}
              {key === chosen && ' ✓'}
            </span>
            <span class="faint">
              {isOfResource && `${words.ofResource} · `}
              <span title={formatExactCount(spanCount)}>
                {words.ofSpans(formatCount(spanCount))}
              </span>
            </span>
          </div>
        ))}
      </div>
      <p class="attribute-picker-said faint" role="status">
        {data === undefined && error === undefined && text.loading}
        {data !== undefined && shown.length === 0 && words.noKey}
        {data !== undefined && data.moreKeys > 0 && words.moreKeys(formatCount(data.moreKeys))}
      </p>
    </Dialog>
  );
}
