/** What changed most about an operation, in a word and a shape. */
import { formatShare } from '../../format/count.ts';
import { statisticsText } from '../../text/statistics-en.ts';
import type { ChangeKind } from './change.ts';
import type { OperationRow } from './operation-rows.ts';
import './change-mark.css';

const SHAPES: Readonly<Record<ChangeKind, string>> = {
  ...{ new: '+', gone: '−', none: '' },
  ...{ failing: '▲', slower: '▲', busier: '△' },
  ...{ healing: '▼', faster: '▼', quieter: '▽' },
};
/** Changes that are worth a look have more ink. */
const NOTABLE = 0.5;

export function ChangeMark({ row }: { readonly row: OperationRow }) {
  const { kind, score } = row.change;
  const look = kind === 'none' ? 'none' : score >= NOTABLE ? kind : 'slight';
  return (
    <span class={`change-mark change-mark-${look}`}>
      <span aria-hidden="true" class="change-mark-shape">
        {SHAPES[kind]}
      </span>
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
    default:
      return words[kind];
  }
}

function times(ratio: number): string {
  return ratio >= 1000 ? '>1,000×' : `${Number(ratio.toPrecision(2))}×`;
}
