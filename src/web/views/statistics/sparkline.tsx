/** A value over time, a word long. What it says stands beside it in figures. */
import './sparkline.css';

export interface SparklineProps {
  readonly values: readonly (number | null)[];
  /** Bars say how many, a line says how much. */
  readonly shape: 'bars' | 'line';
  readonly isError?: boolean;
  /** Of the scale. @default the largest value */
  readonly max?: number;
}

const WIDTH = 72;
const HEIGHT = 16;

export function Sparkline({ values, shape, isError = false, max }: SparklineProps) {
  const highest = max ?? Math.max(0, ...values.map((value) => value ?? 0));
  const step = WIDTH / Math.max(1, values.length);
  const y = (value: number): number =>
    highest > 0 ? HEIGHT - 0.5 - (value / highest) * (HEIGHT - 2) : HEIGHT - 0.5;
  return (
    <svg
      class={`sparkline ${isError ? 'sparkline-error' : ''}`}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      aria-hidden="true"
    >
      {shape === 'line' ? (
        <path class="sparkline-line" d={lineOf(values, step, y)} />
      ) : (
        values.map((value, at) =>
          value === null || value === 0 ? null : (
            <rect
              key={at}
              x={at * step}
              width={Math.max(1, step - 1)}
              y={Math.min(HEIGHT - 1.5, y(value))}
              height={Math.max(1.5, HEIGHT - y(value))}
            />
          ),
        )
      )}
      <path class="sparkline-base" d={`M0 ${HEIGHT - 0.5}H${WIDTH}`} />
    </svg>
  );
}

/** Where nothing is known, nothing is drawn: a single value is a short stroke. */
function lineOf(
  values: readonly (number | null)[],
  step: number,
  y: (value: number) => number,
): string {
  let d = '';
  let isOpen = false;
  for (const [at, value] of values.entries()) {
    if (value === null) {
      isOpen = false;
      continue;
    }
    const x = ((at + 0.5) * step).toFixed(1);
    const isAlone = !isOpen && (values[at + 1] ?? null) === null;
    d += isAlone
      ? `M${(at * step).toFixed(1)} ${y(value).toFixed(1)}h${step.toFixed(1)}`
      : `${isOpen ? 'L' : 'M'}${x} ${y(value).toFixed(1)}`;
    isOpen = true;
  }
  return d;
}
