/** What the selected span says, beside the tab, or below it where there is no room. */
import { useSignal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { keep, kept } from '../../../data/kept.ts';
import { idOfKey, nameAt } from '../../../data/outline.ts';
import { useResource } from '../../../data/use-resource.ts';
import { Button } from '../../../parts/button.tsx';
import { Problem } from '../../../parts/problem.tsx';
import { text } from '../../../text/en.ts';
import { traceText } from '../../../text/trace-en.ts';
import { askSpan } from '../ask-export.ts';
import { Resizer } from '../resizer.tsx';
import type { TraceModel } from '../trace-model.ts';
import { LongText, NAME_CHARACTERS_MAX } from './long-text.tsx';
import { SpanDetails } from './span-details.tsx';
import './details.css';

const { details: words } = traceText;
const NARROW = window.matchMedia('(max-width: 800px)');
const WIDTH = { kept: 'trace.details.width', default: 400, min: 280 } as const;
const HEIGHT = { kept: 'trace.details.height', default: 280, min: 120 } as const;
const SHARE_MAX = 0.6;

export function Details({ model }: { readonly model: TraceModel }) {
  const isNarrow = useNarrow();
  const side = isNarrow ? HEIGHT : WIDTH;
  const width = useSignal(sizeKept(WIDTH));
  const height = useSignal(sizeKept(HEIGHT));
  const size = isNarrow ? height : width;
  const max = Math.round((isNarrow ? window.innerHeight : window.innerWidth) * SHARE_MAX);
  const shown = Math.min(size.value, max);
  const outline = model.outline.value;
  const row = model.selectedRow.value;
  const id = model.selected.value;
  // A trace that has changed may tell other things of the same span.
  const key =
    id === undefined || row < 0 ? undefined : `${model.traceId} ${id} ${outline?.revision}`;
  const { data, error, reload } = useResource(key, (signal) =>
    askSpan(model.traceId, outline!, row, signal),
  );
  if (outline === undefined || row < 0) return null;
  const span = id !== undefined && data?.spanId === idOfKey(id) ? data : undefined;
  return (
    <>
      <Resizer
        label={words.resize}
        direction={isNarrow ? 'horizontal' : 'vertical'}
        size={shown}
        min={side.min}
        max={max}
        isBehind
        onSize={(to) => {
          size.value = to;
          keep(side.kept, String(to));
        }}
      />
      <aside
        class="details"
        aria-label={words.label}
        style={isNarrow ? { height: `${shown}px` } : { width: `${shown}px` }}
      >
        <header class="details-header">
          <h2 class="details-name">
            <LongText
              key={row}
              content={(span?.name ?? nameAt(outline, row)) || traceText.timeline.unnamed}
              charactersMax={NAME_CHARACTERS_MAX}
            />
          </h2>
          <Button look="quiet" label={words.close} onClick={() => model.detail(false)}>
            ✕
          </Button>
        </header>
        {error !== undefined && span === undefined && <Problem error={error} onRetry={reload} />}
        {span !== undefined && (
          <SpanDetails model={model} outline={outline} row={row} span={span} />
        )}
        {span === undefined && error === undefined && <p class="faint">{text.loading}</p>}
      </aside>
    </>
  );
}

function useNarrow(): boolean {
  const [isNarrow, setNarrow] = useState(NARROW.matches);
  useEffect(() => {
    const follow = (): void => setNarrow(NARROW.matches);
    NARROW.addEventListener('change', follow);
    return () => NARROW.removeEventListener('change', follow);
  }, []);
  return isNarrow;
}

function sizeKept(side: typeof WIDTH | typeof HEIGHT): number {
  const given = Number(kept(side.kept));
  return given >= side.min ? given : side.default;
}
