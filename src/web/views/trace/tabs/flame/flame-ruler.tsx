/** The time axis above the boxes. */
import { useRef } from 'preact/hooks';
import { useWidth } from '../../../../parts/use-width.ts';
import type { TimeRange } from '../../time-range.ts';
import { rulerTicks } from '../timeline/ruler-ticks.ts';
import './flame-ruler.css';

/** Room of a label: one that would stand over the edge is left out. */
const LABEL_WIDTH = 64;

export function FlameRuler({ range }: { readonly range: TimeRange }) {
  const host = useRef<HTMLDivElement>(null);
  const width = useWidth(host);
  const x = (at: number): number => ((at - range.from) / (range.to - range.from)) * width;
  return (
    <div class="flame-ruler" ref={host} aria-hidden="true">
      {rulerTicks(range, width)
        .filter(({ at }) => x(at) + LABEL_WIDTH < width)
        .map(({ at, label }) => (
          <span key={at} style={{ transform: `translateX(${Math.round(x(at))}px)` }}>
            {label}
          </span>
        ))}
    </div>
  );
}
