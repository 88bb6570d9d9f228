/** What the trace is, in a line: its root, how long it took, how much is in it, how it ended; and the ways to look at it. */
import { useEffect, useState } from 'preact/hooks';
import { hrefWith } from '../../app/location.ts';
import type { TraceSummary } from '../../data/wire.ts';
import { formatCount, formatExactCount } from '../../format/count.ts';
import { formatDuration, formatExact } from '../../format/duration.ts';
import { formatAgo, formatClock, formatExactTime, millisOf } from '../../format/time.ts';
import { ServiceName } from '../../parts/service-name.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { text } from '../../text/en.ts';
import { traceText } from '../../text/trace-en.ts';
import type { TraceModel } from './trace-model.ts';
import { tabParam, traceTabs } from './trace-tab.ts';
import './trace-header.css';

const { page: words } = traceText;
const AGO_MS = 10_000;

export interface TraceHeaderProps {
  readonly model: TraceModel;
  readonly tab: string;
}

export function TraceHeader({ model, tab }: TraceHeaderProps) {
  const trace = model.outline.value?.trace;
  const tabs = traceTabs.map(({ name, title }) => ({
    ...{ name, title },
    href: hrefWith(tabParam(name)),
  }));
  return (
    <header class="trace-header">
      {trace === undefined ? (
        <h1 class="trace-title mono">{model.traceId}</h1>
      ) : (
        <>
          <h1 class="trace-title" title={trace.root.name}>
            {trace.root.name || words.unnamedRoot}
          </h1>
          <Facts model={model} trace={trace} />
        </>
      )}
      <div class="trace-tabs">
        <Tabs label={words.views} tabs={tabs} current={tab} />
      </div>
    </header>
  );
}

function Facts({ model, trace }: { readonly model: TraceModel; readonly trace: TraceSummary }) {
  const { spanCount, errorCount, runningCount, staleCount } = trace;
  const running = runningCount - staleCount;
  const took = running > 0 ? model.total.value : Number(trace.durationNano);
  return (
    <ul class="trace-facts">
      <li>
        <ServiceName service={trace.root.service} />
      </li>
      <li
        class={`trace-duration ${trace.status === 'Failed' ? 'failed' : ''}`}
        title={formatExact(trace.durationNano)}
      >
        {formatDuration(took)}
      </li>
      <li title={formatExactCount(spanCount)}>
        {words.spans(formatCount(spanCount), spanCount === 1)}
      </li>
      {errorCount > 0 && (
        <li>
          <button
            type="button"
            class="trace-errors failed"
            title={traceText.keys.nextError}
            onClick={() => model.nextError(1)}
          >
            ✕ {words.errors(formatCount(errorCount), errorCount === 1)}
          </button>
        </li>
      )}
      {running > 0 && <li class="trace-running">{words.running(formatCount(running))}</li>}
      {staleCount > 0 && <li class="warning">{words.stale(formatCount(staleCount))}</li>}
      {errorCount === 0 && runningCount === 0 && <li class="soft">{text.status[trace.status]}</li>}
      <Started startUnixNano={trace.startUnixNano} />
    </ul>
  );
}

function Started({ startUnixNano }: { readonly startUnixNano: string }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), AGO_MS);
    return () => window.clearInterval(timer);
  }, []);
  const at = millisOf(startUnixNano);
  return (
    <li class="trace-started soft" title={`${words.started} ${formatExactTime(startUnixNano)}`}>
      {formatClock(at, now)} <span class="faint">{formatAgo(at, now)}</span>
    </li>
  );
}
