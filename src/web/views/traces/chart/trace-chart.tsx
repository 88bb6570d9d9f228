/** What is drawn above the list: how many spans or traces there were over time, or how long each trace took. The latter is loaded when asked for. */
import type { ComponentChildren, ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { hrefWith } from '../../../app/location.ts';
import { Problem } from '../../../parts/problem.tsx';
import { tracesText } from '../../../text/traces-en.ts';
import type { ScatterProps } from '../scatter/scatter.tsx';
import './trace-chart.css';

export const CHARTS = ['count', 'durations'] as const;
export type ChartName = (typeof CHARTS)[number];

/** As the URL has it: the first goes without saying. */
export const chartParam = (name: ChartName): { chart: string | undefined } => ({
  chart: name === 'count' ? undefined : name,
});

export interface TraceChartProps {
  readonly chart: ChartName;
  /** The chart of counts. */
  readonly children: ComponentChildren;
  /** Of that of durations. */
  readonly scatter: ScatterProps;
}

export function TraceChart({ chart, children, scatter }: TraceChartProps) {
  return (
    <div class="trace-chart">
      {chart === 'count' ? children : <LoadedScatter {...scatter} />}
      <nav class="trace-chart-names" aria-label={tracesText.chart.label}>
        {CHARTS.map((name) => (
          <a
            key={name}
            href={hrefWith(chartParam(name))}
            title={tracesText.keys.chart}
            aria-current={name === chart ? 'true' : undefined}
          >
            {tracesText.chart[name]}
          </a>
        ))}
      </nav>
    </div>
  );
}

let loaded: ComponentType<ScatterProps> | undefined;

function LoadedScatter(props: ScatterProps) {
  const [Shown, setShown] = useState(() => loaded);
  const [failure, setFailure] = useState<Error>();
  useEffect(() => {
    if (loaded !== undefined) return;
    import('../scatter/scatter.tsx').then(
      ({ Scatter }) => {
        loaded = Scatter;
        setShown(() => Scatter);
      },
      (reason: unknown) => setFailure(reason instanceof Error ? reason : new Error(String(reason))),
    );
  }, []);
  if (failure !== undefined) {
    return <Problem error={failure} onRetry={() => window.location.reload()} />;
  }
  return Shown === undefined ? <div class="trace-chart-loading" /> : <Shown {...props} />;
}
