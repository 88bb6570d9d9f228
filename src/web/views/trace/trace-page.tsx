/** The page of one trace: what it is, the tabs, the details of the selected span. */
import { useEffect, useMemo } from 'preact/hooks';
import type { PageProps } from '../../app/page-view.ts';
import { TraceModel } from './trace-model.ts';

export function TracePage({ segments }: PageProps) {
  const traceId = segments['traceId']!.toLowerCase();
  return <OneTrace key={traceId} traceId={traceId} />;
}

function OneTrace({ traceId }: { readonly traceId: string }) {
  const model = useMemo(() => new TraceModel(traceId), [traceId]);
  useEffect(() => model.follow(), [model]);
  return <p>{model.rows.value.end}</p>;
}
