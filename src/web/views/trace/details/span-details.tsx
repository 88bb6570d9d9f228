/** Everything that one span says. */
import type { Outline } from '../../../data/outline.ts';
import type { TraceSpan } from '../../../data/wire.ts';
import { formatExactCount } from '../../../format/count.ts';
import { traceText } from '../../../text/trace-en.ts';
import type { TraceModel } from '../trace-model.ts';
import { Attributes } from './attributes.tsx';
import { CopySpan } from './copy-span.tsx';
import { Exceptions } from './exceptions.tsx';
import { SpanEvents } from './span-events.tsx';
import { SpanFacts } from './span-facts.tsx';
import { SpanLinks } from './span-links.tsx';
import { SpanRelatives } from './span-relatives.tsx';
import './span-details.css';

const { details: words } = traceText;

export interface SpanDetailsProps {
  readonly model: TraceModel;
  readonly outline: Outline;
  readonly row: number;
  readonly span: TraceSpan;
}

export function SpanDetails({ model, outline, row, span }: SpanDetailsProps) {
  const { metadata } = span;
  const exceptions = span.events.filter(({ type }) => type === 'Error');
  const scopeName = [metadata.scopeName, metadata.scopeVersion].filter(Boolean).join(' ');
  return (
    <>
      <SpanFacts outline={outline} row={row} span={span} />
      {metadata.warnings.length > 0 && (
        <p class="span-details-warnings warning">
          {words.warnings}: {metadata.warnings.map((word) => word.replaceAll('_', ' ')).join(', ')}
        </p>
      )}
      <CopySpan model={model} outline={outline} row={row} span={span} />
      {exceptions.length > 0 && <Exceptions events={exceptions} />}
      <section class="details-section">
        <h3>{words.attributes}</h3>
        <Attributes attributes={span.attributes} isFilterable model={model} />
        <Dropped count={metadata.droppedAttributes} what={words.droppedOf.attributes} />
      </section>
      <SpanEvents span={span} start={outline.start[row]!} />
      <Dropped count={metadata.droppedEvents} what={words.droppedOf.events} />
      {span.links.length > 0 && <SpanLinks links={span.links} />}
      <Dropped count={metadata.droppedLinks} what={words.droppedOf.links} />
      <SpanRelatives model={model} outline={outline} row={row} span={span} />
      <details class="details-section">
        <summary>
          {words.resource} <span class="faint">{span.service}</span>
        </summary>
        <Attributes attributes={metadata.resource} model={model} />
      </details>
      <details class="details-section">
        <summary>
          {words.scope} <span class="faint">{scopeName}</span>
        </summary>
        <Attributes attributes={metadata.scope} />
      </details>
      {metadata.inMemoryOnly && <p class="span-details-note faint">{words.inMemoryOnly}</p>}
    </>
  );
}

function Dropped({ count, what }: { readonly count: number; readonly what: string }) {
  if (count === 0) return null;
  return <p class="span-details-note warning">{words.dropped(formatExactCount(count), what)}</p>;
}
