/** Errors with their stack; frames of other people's code stand back. */
import { CopyButton } from '../../../parts/copy-button.tsx';
import { traceText } from '../../../text/trace-en.ts';
import { Attributes } from './attributes.tsx';
import { errorOf, framesOf } from './error-of.ts';
import type { SpanEvent } from './span-events.tsx';
import './exceptions.css';

const { details: words } = traceText;
const FRAMES_MAX = 200;

export function Exceptions({ events }: { readonly events: readonly SpanEvent[] }) {
  return (
    <section class="details-section">
      <h3>{words.exceptions}</h3>
      {events.map((event, at) => (
        <Exception key={at} event={event} />
      ))}
    </section>
  );
}

function Exception({ event }: { readonly event: SpanEvent }) {
  const { type, message, stack, isDerived, rest } = errorOf(event);
  const frames = framesOf(stack).slice(0, FRAMES_MAX);
  return (
    <div class="exception">
      <p class="exception-title failed">
        {type && <strong>{message === '' && isDerived ? type : `${type}: `}</strong>}
        {message || (isDerived ? type === '' && words.failedOnly : event.name)}
      </p>
      {isDerived && <p class="soft">{words.derived}</p>}
      {frames.length > 0 && (
        <pre class="exception-stack">
          {frames.map(({ line, isForeign, href }, at) => (
            <span key={at} class={isForeign ? 'faint' : ''}>
              {href === undefined ? (
                line
              ) : (
                <a href={href} title={words.openIn} target="_self">
                  {line}
                </a>
              )}
              {'\n'}
            </span>
          ))}
        </pre>
      )}
      {stack !== '' && <CopyButton content={stack} />}
      {rest.length > 0 && <Attributes attributes={rest} />}
    </div>
  );
}
