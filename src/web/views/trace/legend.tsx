/** What the colours mean and how many spans have each; an entry finds its spans. */
import { useMemo } from 'preact/hooks';
import { OTHER_VALUE } from '../../../model/trace-attributes.ts';
import { formatCount, formatExactCount } from '../../format/count.ts';
import { text } from '../../text/en.ts';
import { traceText } from '../../text/trace-en.ts';
import { UNTOLD } from './carry-folds.ts';
import { attributeOfColour, type ColourBy, type Paint } from './colour-by.ts';
import type { TraceModel } from './trace-model.ts';
import './legend.css';

/** A legend of more words is a list that nobody reads. */
const WORDS_MAX = 10;
const { colour, find } = traceText;

interface Entry {
  readonly word: string;
  readonly count: number;
  readonly colour: string;
  /** What finds its spans; undefined where nothing does. */
  readonly query: string | undefined;
}

export function Legend({ model }: { readonly model: TraceModel }) {
  const by = model.colourBy.value;
  const key = attributeOfColour(by);
  const paint = model.paint.value;
  const entries = useMemo(() => entriesOf(paint, key, by), [paint, key, by]);
  const rest = useMemo(() => (key === undefined ? [] : restOf(paint)), [paint, key]);
  const told = entries.slice(0, WORDS_MAX);
  if (key !== undefined && paint.isBlank) {
    return (
      <p class="legend legend-attribute soft" role="status">
        {model.paintError.value === undefined ? text.loading : find.failed}
      </p>
    );
  }
  const more = entries.length - told.length;
  return (
    <ul
      class={`legend ${key === undefined ? '' : 'legend-attribute'}`}
      aria-label={`${colour.label} ${key ?? colour[by as 'service']}`}
    >
      {told.map((entry) => (
        <li key={entry.word}>
          <LegendEntry model={model} {...entry} />
        </li>
      ))}
      {more > 0 && <li class="faint">{colour.more(formatCount(more))}</li>}
      {rest.map((entry) => (
        <li key={`rest ${entry.word}`} class="legend-rest">
          <LegendEntry model={model} {...entry} />
        </li>
      ))}
    </ul>
  );
}

function LegendEntry({
  model,
  word,
  count,
  colour: of,
  query,
}: Entry & { readonly model: TraceModel }) {
  const content = (
    <>
      <span class="legend-mark" style={{ background: of }} />
      <span class="legend-word">{word}</span>
      <span class="faint" title={formatExactCount(count)}>
        {formatCount(count)}
      </span>
    </>
  );
  if (query === undefined) return <span class="legend-entry">{content}</span>;
  return (
    <button
      type="button"
      class="legend-entry"
      aria-pressed={model.query.value === query}
      title={`${word}: ${find.label}`}
      onClick={() => model.find(model.query.peek() === query ? '' : query)}
    >
      {content}
    </button>
  );
}

/** Classes that some row has and that have a word, the most frequent first where there are many. */
function entriesOf(paint: Paint, key: string | undefined, by: ColourBy): readonly Entry[] {
  const counts = countsOf(paint);
  const entries: Entry[] = [];
  for (const [at, word] of paint.words.entries()) {
    if (counts[at] === 0 || at >= counts.length || isRest(word, at, key)) continue;
    entries.push({
      word: word === '' ? colour.empty : word,
      count: counts[at]!,
      colour: paint.colours[at]!.line,
      query: queryOf(paint.names?.[at] ?? word, key ?? by),
    });
  }
  if (entries.length > WORDS_MAX) entries.sort((a, b) => b.count - a.count);
  return entries;
}

/** Of a paint by an attribute: spans with a value that is not told apart, those without any, and those not looked at yet. */
function restOf(paint: Paint): readonly Entry[] {
  const counts = countsOf(paint);
  return [
    { at: OTHER_VALUE, word: colour.other },
    { at: 0, word: colour.without },
    { at: UNTOLD, word: colour.untold },
  ].flatMap(({ at, word }) => {
    const count = counts[at] ?? 0;
    if (count === 0) return [];
    return [{ word, count, colour: paint.colours[at]!.line, query: undefined }];
  });
}

function countsOf({ classes, colours }: Paint): Uint32Array {
  const counts = new Uint32Array(colours.length);
  for (let row = 0; row < classes.length; row++) counts[classes[row]!]! += 1;
  return counts;
}

function isRest(word: string, at: number, key: string | undefined): boolean {
  return key !== undefined && word === '' && (at === 0 || at === OTHER_VALUE || at === UNTOLD);
}

/** What has a quote itself, or was cut, cannot be written. */
function queryOf(word: string, key: string): string | undefined {
  if (word.includes('"') || word.endsWith('…') || /[\s"=]/.test(key)) return undefined;
  return `${key}="${word}"`;
}
