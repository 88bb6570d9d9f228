/** The page of one trace: what it is, the tabs, and what the selected span says. */
import type { ComponentType } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { param } from '../../app/location.ts';
import type { PageProps } from '../../app/page-view.ts';
import { ApiError } from '../../data/api-error.ts';
import { shownName } from '../../format/shown-text.ts';
import { Problem } from '../../parts/problem.tsx';
import { text } from '../../text/en.ts';
import { traceText } from '../../text/trace-en.ts';
import { Details } from './details/details.tsx';
import { NotShown } from './not-shown.tsx';
import { TraceHeader } from './trace-header.tsx';
import { useTraceKeys } from './trace-keys.ts';
import { TraceModel } from './trace-model.ts';
import { type TraceTab, type TraceTabProps, traceTabs } from './trace-tab.ts';
import { TraceToolbar } from './trace-toolbar.tsx';
import './trace-page.css';

const TRACE_NOT_FOUND = 'TraceNotFound';

export function TracePage({ segments }: PageProps) {
  const traceId = segments['traceId']!.toLowerCase();
  return <OneTrace key={traceId} traceId={traceId} />;
}

function OneTrace({ traceId }: { readonly traceId: string }) {
  const model = useMemo(() => new TraceModel(traceId), [traceId]);
  useEffect(() => model.follow(), [model]);
  useTraceKeys(model);
  const named = param('view');
  const tab = traceTabs.find(({ name }) => name === named) ?? traceTabs[0]!;
  const loaded = useTab(tab);
  const outline = model.outline.value;
  const error = model.error.value;
  useEffect(() => {
    const name = outline?.trace.root.name;
    if (name) document.title = traceText.page.title(shownName(name));
  }, [outline?.trace.root.name]);
  return (
    <div class="trace-page">
      <TraceHeader model={model} tab={tab.name} />
      {outline !== undefined && <TraceToolbar model={model} tab={tab.name} />}
      {error !== undefined && <Problem error={told(error)} onRetry={() => model.source.ask()} />}
      {outline === undefined && error === undefined && (
        <p class="trace-loading soft">{traceText.page.loading}</p>
      )}
      {outline !== undefined && (
        <div class="trace-body">
          <ShownTab key={tab.name} tab={tab} model={model} {...loaded} />
          {model.selectedRow.value >= 0 && model.isDetailed.value && <Details model={model} />}
        </div>
      )}
      {outline !== undefined && <NotShown model={model} tab={tab.name} />}
    </div>
  );
}

/** Its code is on its way while the trace is still being read. */
function useTab(tab: TraceTab): LoadedTab {
  const [loaded, setLoaded] = useState<LoadedTab & { readonly tab: TraceTab }>({ tab });
  useEffect(() => {
    tab.load().then(
      (Shown) => setLoaded({ tab, Shown }),
      (reason: unknown) =>
        setLoaded({ tab, failure: reason instanceof Error ? reason : new Error(String(reason)) }),
    );
  }, [tab]);
  return loaded.tab === tab ? loaded : {};
}

interface LoadedTab {
  readonly Shown?: ComponentType<TraceTabProps>;
  readonly failure?: Error;
}

interface ShownTabProps extends LoadedTab {
  readonly tab: TraceTab;
  readonly model: TraceModel;
}

function ShownTab({ tab, model, Shown, failure }: ShownTabProps) {
  return (
    <section class="trace-tab" aria-label={tab.title}>
      {failure && <Problem error={failure} onRetry={() => window.location.reload()} />}
      {Shown && <Shown model={model} />}
      {!Shown && !failure && <p class="trace-loading soft">{text.loading}</p>}
    </section>
  );
}

/** Why a trace may not be here is more than the API can say. */
function told(error: Error): Error {
  if (!(error instanceof ApiError) || error.problem.code !== TRACE_NOT_FOUND) return error;
  const { notFound: title, notFoundDetail: detail } = traceText.page;
  return new ApiError({ ...error.problem, title, detail }, error);
}
