/** Traces to open: a few of what the numbers are made of. */
import { API, askJson, type Query, urlOf } from '../../data/api.ts';
import { useResource } from '../../data/use-resource.ts';
import type { TraceSummary } from '../../data/wire.ts';
import { formatCount } from '../../format/count.ts';
import { formatDuration, formatExact } from '../../format/duration.ts';
import { formatAgo, formatExactTime, millisOf } from '../../format/time.ts';
import { CutMiddle } from '../../parts/cut-middle.tsx';
import { ServiceName } from '../../parts/service-name.tsx';
import { statisticsText } from '../../text/statistics-en.ts';
import './examples.css';

export interface ExamplesProps {
  readonly title: string;
  /** Of a search. */
  readonly query: Query;
  /** The same as a URL of the page. */
  readonly href: string;
  readonly now: number;
}

interface Page {
  readonly items: readonly TraceSummary[];
  readonly next?: string;
}

const SHOWN = 6;
const said = statisticsText.examples;

export function Examples({ title, query, href, now }: ExamplesProps) {
  const url = urlOf(`${API}/traces`, { ...query, limit: SHOWN });
  const { data } = useResource(url, (signal) => askJson<Page>(url, signal));
  return (
    <section class="examples" aria-label={title}>
      <h3>
        {title} <a href={href}>{said.all}</a>
      </h3>
      {data?.items.length === 0 && (
        <p class="faint">{data.next === undefined ? said.none : said.noneYet}</p>
      )}
      <ul>
        {data?.items.map((trace) => (
          <Example key={trace.traceId} trace={trace} now={now} />
        ))}
      </ul>
    </section>
  );
}

function Example({ trace, now }: { readonly trace: TraceSummary; readonly now: number }) {
  const { traceId, root, startUnixNano, durationNano, spanCount, errorCount } = trace;
  return (
    <li>
      <a class="examples-trace" href={`/trace/${traceId}`}>
        <span class="faint examples-when" title={formatExactTime(startUnixNano)}>
          {formatAgo(millisOf(startUnixNano), now)}
        </span>
        <ServiceName service={root.service} />
        <CutMiddle name={root.name} />
        <span class="failed examples-errors">
          {errorCount > 0 && (
            <>
              <span class="examples-dot" aria-hidden="true" />
              <span aria-hidden="true">{formatCount(errorCount)}</span>
              <span class="unseen">{said.errors(formatCount(errorCount))}</span>
            </>
          )}
        </span>
        <span class="soft examples-spans">{said.spans(formatCount(spanCount))}</span>
        <span class="number" title={formatExact(durationNano)}>
          {formatDuration(durationNano)}
        </span>
      </a>
    </li>
  );
}
