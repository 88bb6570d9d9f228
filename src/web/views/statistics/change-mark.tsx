/** What changed most about an operation, in a word and a shape. */
import { formatShare } from '../../format/count.ts';
import { statisticsText } from '../../text/statistics-en.ts';
import type { ChangeKind } from './change.ts';
import type { OperationRow } from './operation-rows.ts';
import './change-mark.css';

/** Up and down for more and less, a cross for what came, a stroke for what went; hollow where it is neither good nor bad. */
const SHAPES: Readonly<Record<ChangeKind, string>> = {
  ...{ new: 'M5 1v8M1 5h8', gone: 'M1 5h8', none: '', unknown: '' },
  ...{ failing: 'M5 1l4 8h-8z', slower: 'M5 1l4 8h-8z', busier: 'M5 1l4 8h-8z' },
  ...{ healing: 'M5 9l4 -8h-8z', faster: 'M5 9l4 -8h-8z', quieter: 'M5 9l4 -8h-8z' },
};
/** Changes that are worth a look have more ink. */
const NOTABLE = 0.5;

export function ChangeMark({ row }: { readonly row: OperationRow }) {
  const { kind, score } = row.change;
  if (kind === 'unknown') return null;
  const look = kind === 'none' ? 'none' : score >= NOTABLE ? kind : 'slight';
  return (
    <span class={`change-mark change-mark-${look}`}>
      <svg class="change-mark-shape" viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
        <path d={SHAPES[kind]} />
      </svg>
      {wordsOf(row)}
    </span>
  );
}

function wordsOf({ change, errorShare, before }: OperationRow): string {
  const words = statisticsText.change;
  const { kind, ratio } = change;
  switch (kind) {
    case 'failing':
    case 'healing':
      return words[kind](formatShare(before?.errorShare ?? 0), formatShare(errorShare));
    case 'slower':
    case 'busier':
      return words[kind](times(ratio));
    case 'faster':
    case 'quieter':
      return words[kind](times(1 / ratio));
    case 'unknown':
      return '';
    default:
      return words[kind];
  }
}

function times(ratio: number): string {
  return ratio >= 1000 ? '>1,000×' : `${Number(ratio.toPrecision(2))}×`;
}
