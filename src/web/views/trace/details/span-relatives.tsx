/** Who called the span and whom it called, as links to them. */
import { hrefWith } from '../../../app/location.ts';
import { FAILED, nameAt, type Outline, spanKeyAt } from '../../../data/outline.ts';
import type { TraceSpan } from '../../../data/wire.ts';
import { formatCount } from '../../../format/count.ts';
import { formatDuration } from '../../../format/duration.ts';
import { traceText } from '../../../text/trace-en.ts';
import type { TraceModel } from '../trace-model.ts';
import './span-relatives.css';

const CHILDREN_MAX = 10;
const { details: words } = traceText;

export interface SpanRelativesProps {
  readonly model: TraceModel;
  readonly outline: Outline;
  readonly row: number;
  readonly span: TraceSpan;
}

export function SpanRelatives({ model, outline, row, span }: SpanRelativesProps) {
  const above = outline.parent[row]!;
  const count = outline.childCount[row]!;
  const children = childrenOf(outline, row);
  return (
    <>
      <section class="details-section">
        <h3>{words.parent}</h3>
        {above >= 0 && <Relative model={model} outline={outline} row={above} />}
        {above < 0 && (
          <p class="soft">
            {span.parentSpanId === undefined
              ? words.noParent
              : words.missingParent(span.parentSpanId)}
          </p>
        )}
      </section>
      {count > 0 && (
        <section class="details-section">
          <h3>
            {words.children} <span class="faint">{formatCount(count)}</span>
          </h3>
          {children.map((child) => (
            <Relative key={child} model={model} outline={outline} row={child} />
          ))}
          {count > children.length && (
            <p class="faint">{words.moreChildren(formatCount(count - children.length))}</p>
          )}
        </section>
      )}
    </>
  );
}

function Relative({ model, outline, row }: Omit<SpanRelativesProps, 'span'>) {
  return (
    <a
      class="span-relative"
      href={hrefWith({ span: spanKeyAt(outline, row) })}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        model.select(row, {});
      }}
    >
      <span class="span-relative-name">{nameAt(outline, row)}</span>
      <span class={outline.status[row] === FAILED ? 'failed' : 'soft'}>
        {outline.status[row] === FAILED && '✕ '}
        {formatDuration(outline.duration[row]!)}
      </span>
    </a>
  );
}

/** The first CHILDREN_MAX. */
function childrenOf({ subtreeEnd, childCount }: Outline, row: number): number[] {
  const children: number[] = [];
  const count = Math.min(CHILDREN_MAX, childCount[row]!);
  for (let child = row + 1; children.length < count; child = subtreeEnd[child]!) {
    children.push(child);
  }
  return children;
}
