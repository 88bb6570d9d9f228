/** What kind of line it is, by its shape. */
import type { LineKind } from './lifecycle-lines.ts';
import './line-mark.css';

const SHAPES: Readonly<Record<LineKind, string>> = {
  enter: 'M3 1.5l6 4.5l-6 4.5z',
  exit: 'M9 1.5l-6 4.5l6 4.5z',
  whole: 'M2 2.5v7M10 2.5v7M2 6h8',
  failed: 'M2 2l8 8M10 2l-8 8M1 11.5h10',
  loop: 'M10.5 6a4.5 4.5 0 1 1 -1.6 -3.4M9.5 .5v2.6h-2.6',
  run: 'M1.5 4v7h7M4 1.5h6.5v7h-6.5z',
  checkpoint: 'M6 1l5 5l-5 5l-5 -5z',
  error: 'M2 2l8 8M10 2l-8 8',
  custom: 'M6 2.5a3.5 3.5 0 1 1 0 7a3.5 3.5 0 0 1 0 -7z',
  gap: 'M6 1v1M6 4v1M6 7v1M6 10v1',
  running: 'M2 2.5h4.5M2 6h8M2 9.5h6',
};

export function LineMark({ kind }: { readonly kind: LineKind }) {
  return (
    <svg
      class={`line-mark line-mark-${kind}`}
      viewBox="0 0 12 12"
      width="12"
      height="12"
      aria-hidden="true"
    >
      <path d={SHAPES[kind]} />
    </svg>
  );
}
