/** Finds in the trace while one writes: Enter goes to the next, Shift+Enter to the one before, Escape leaves. */
import { formatExactCount } from '../../format/count.ts';
import { Button } from '../../parts/button.tsx';
import { traceText } from '../../text/trace-en.ts';
import { placeOf } from './row-shape.ts';
import { FIND_INPUT_ID } from './trace-keys.ts';
import type { TraceModel } from './trace-model.ts';
import './find-box.css';

const { find: words } = traceText;

export function FindBox({ model }: { readonly model: TraceModel }) {
  const query = model.query.value;
  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLInputElement }): void => {
    if (event.key === 'Enter') model.findNext(event.shiftKey ? -1 : 1);
    else if (event.key === 'Escape') {
      if (query === '') event.currentTarget.blur();
      else model.find('');
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <search class="find-box">
      <input
        id={FIND_INPUT_ID}
        type="text"
        autocomplete="off"
        spellcheck={false}
        aria-label={words.label}
        placeholder={words.placeholder}
        title={words.hint}
        value={query}
        onInput={(event) => model.find(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      {query === '' ? (
        <kbd>/</kbd>
      ) : (
        <>
          <span class="find-box-said soft" role="status">
            {said(model)}
          </span>
          <Button look="quiet" label={words.previous} onClick={() => model.findNext(-1)}>
            ↑
          </Button>
          <Button look="quiet" label={words.next} onClick={() => model.findNext(1)}>
            ↓
          </Button>
        </>
      )}
    </search>
  );
}

function said(model: TraceModel): string {
  const { value: matches } = model.matches;
  const { isAsking, beyond, error } = model.finds;
  const isOpen = isAsking.value;
  if (matches.length === 0) {
    if (error.value !== undefined) return words.failed;
    return isOpen ? words.asking : words.none;
  }
  const place = placeOf(matches, model.selectedRow.value);
  const isAtOne = place >= 0 && matches[place] === model.selectedRow.value;
  const count = formatExactCount(matches.length) + (isOpen ? '…' : '');
  const all =
    beyond.value > 0 ? words.first(count, formatExactCount(matches.length + beyond.value)) : count;
  const told = isAtOne ? words.place(formatExactCount(place + 1), all) : words.some(all);
  return error.value === undefined ? told : words.failedWithin(told);
}
