/** Spans as bars on one time scale. */
import type { TraceTabProps } from '../../trace-tab.ts';

export function Timeline({ model }: TraceTabProps) {
  return <p>{model.rows.value.end}</p>;
}
