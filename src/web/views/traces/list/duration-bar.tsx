/**
 * How long a trace took, on the list's own scale, split among its services by the share of time of their own (on a logarithmic scale too: the
 * length is the trace's, the split is of shares). Running: an open right edge that moves; stale: hatched; failed: a notch and an edge.
 */
import { serviceColour } from '../../../colour/service-colour.ts';
import type { TraceSummary } from '../../../data/wire.ts';
import { formatDuration } from '../../../format/duration.ts';
import { tracesText } from '../../../text/traces-en.ts';
import type { DurationScale } from './duration-scale.ts';
import './duration-bar.css';

export interface DurationBarProps {
  readonly trace: TraceSummary;
  /** Nanoseconds; of a running trace until now. */
  readonly nanos: number;
  readonly scale: DurationScale;
}

export function DurationBar({ trace, nanos, scale }: DurationBarProps) {
  const parts = trace.durationByService.filter(({ selfNano }) => Number(selfNano) > 0);
  const shares = parts.length > 0 ? parts : [{ service: trace.root.service, selfNano: '1' }];
  const title = parts
    .map(({ service, selfNano }) => tracesText.list.selfTime(service, formatDuration(selfNano)))
    .join('\n');
  return (
    <span
      class={`duration-bar duration-bar-${barState(trace)}`}
      style={{ width: `${Math.max(0.5, scale.place(nanos) * 100)}%` }}
      title={title === '' ? undefined : title}
    >
      {shares.map(({ service, selfNano }) => (
        <span
          key={service}
          class="duration-bar-part"
          style={{ flexGrow: Number(selfNano), background: serviceColour(service).fill }}
        />
      ))}
    </span>
  );
}

export type BarState = 'running' | 'stale' | 'failed' | 'ended';

export function barState({ status, runningCount, staleCount, errorCount }: TraceSummary): BarState {
  if (status === 'Running') return staleCount >= runningCount ? 'stale' : 'running';
  return errorCount > 0 ? 'failed' : 'ended';
}
