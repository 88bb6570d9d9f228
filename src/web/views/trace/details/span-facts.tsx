/** When, how long, where and how it ended: the numbers of a span, short, with every digit on hover. */
import type { ComponentChildren } from 'preact';
import type { Outline } from '../../../data/outline.ts';
import type { TraceSpan } from '../../../data/wire.ts';
import { formatShare } from '../../../format/count.ts';
import { formatDuration, formatExact, formatOffset } from '../../../format/duration.ts';
import { formatExactTime } from '../../../format/time.ts';
import { ServiceName } from '../../../parts/service-name.tsx';
import { text } from '../../../text/en.ts';
import { traceText } from '../../../text/trace-en.ts';
import { codePlaceOf } from './code-place.ts';
import { peerOf } from './peer-of.ts';
import './span-facts.css';

const { details: words, timeline } = traceText;

export interface SpanFactsProps {
  readonly outline: Outline;
  readonly row: number;
  readonly span: TraceSpan;
}

export function SpanFacts({ outline, row, span }: SpanFactsProps) {
  const offset = outline.start[row]!;
  const duration = outline.duration[row]!;
  const self = outline.self[row]!;
  const isRunning = span.status === 'Running';
  const exactDuration = isRunning ? String(Math.round(duration)) : span.durationNano;
  const place = codePlaceOf(span);
  const peer = peerOf(span);
  const message = span.metadata.statusMessage;
  return (
    <>
      <p class="span-facts-numbers">
        <span class="span-facts-duration" title={formatExact(exactDuration)}>
          {span.stale
            ? timeline.staleAfter(duration > 0 ? formatDuration(duration) : '')
            : formatDuration(exactDuration)}
        </span>
        <span
          class="soft"
          title={`${formatExact(Math.round(offset))}, ${formatExactTime(span.startUnixNano)}`}
        >
          {formatOffset(offset)}
        </span>
        {!isRunning && (
          <span class="soft" title={formatExact(Math.round(self))}>
            {words.self} {formatDuration(self)}
            {duration > 0 && ` (${formatShare(Math.min(1, self / duration))})`}
          </span>
        )}
      </p>
      <p class="span-facts-state">
        <Status span={span} />
        {message !== '' && <span class={span.status === 'Failed' ? 'failed' : ''}>{message}</span>}
      </p>
      <dl class="span-facts">
        <Fact name={words.service}>
          <ServiceName service={span.service} />
        </Fact>
        <Fact name={words.kind}>
          {text.kind[span.kind]}
          <span class="faint">
            {' '}
            {[...new Set([span.role, span.otelKind])].filter(isTold).join(', ')}
          </span>
        </Fact>
        {peer !== undefined && <Fact name={words.calls}>{peer}</Fact>}
        <Fact name={words.id}>
          <span class="mono">{span.spanId}</span>
        </Fact>
        {place !== undefined && (
          <Fact name={words.place}>
            {place.href === undefined ? (
              <span class="mono">{place.words}</span>
            ) : (
              <a class="mono" href={place.href} title={words.openIn} target="_self">
                {place.words} ↗
              </a>
            )}
          </Fact>
        )}
      </dl>
    </>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt class="faint">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Status({ span }: { readonly span: TraceSpan }) {
  if (span.stale) return <span class="warning">◌ {words.processGone}</span>;
  if (span.status === 'Failed') return <strong class="failed">✕ {text.status.Failed}</strong>;
  if (span.status === 'Running') return <span>◔ {text.status.Running}</span>;
  return <span class="soft">✓ {text.status.Completed}</span>;
}

const isTold = (word: string | undefined): boolean =>
  word !== undefined && word !== 'unspecified' && word !== 'internal';
