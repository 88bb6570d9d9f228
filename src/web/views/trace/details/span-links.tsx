/** Other spans that a span says it belongs with; each opens there. */
import type { SpanLink as ModelSpanLink } from '../../../../model/trace-span.ts';
import type { Wire } from '../../../data/wire.ts';
import { traceText } from '../../../text/trace-en.ts';
import { Attributes } from './attributes.tsx';

const TRACE_ID = /^[0-9a-f]{32}$/;
const SPAN_ID = /^[0-9a-f]{16}$/;
const { details: words } = traceText;

export function SpanLinks({ links }: { readonly links: readonly Wire<ModelSpanLink>[] }) {
  return (
    <section class="details-section">
      <h3>{words.links}</h3>
      <ul>
        {links.map(({ traceId, spanId, attributes }, at) => {
          const isWhole = TRACE_ID.test(traceId);
          const span = SPAN_ID.test(spanId) ? `?span=${spanId}` : '';
          return (
            <li key={at}>
              {isWhole ? (
                <a class="mono" href={`/trace/${traceId}${span}`}>
                  {traceId} {spanId}
                </a>
              ) : (
                <span class="mono">
                  {traceId} {spanId}
                </span>
              )}
              {attributes.length > 0 && <Attributes attributes={attributes} />}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
