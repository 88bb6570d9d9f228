/** What to do with a span: look at it alone, come nearer, take it somewhere else: a link, JSON, a diagram, a tree of text, a prompt for an assistant. */

import { hrefWith } from '../../../app/location.ts';
import { spanIdAt } from '../../../data/outline.ts';
import { Button } from '../../../parts/button.tsx';
import { CopyButton } from '../../../parts/copy-button.tsx';
import { traceText } from '../../../text/trace-en.ts';
import { askText } from '../ask-export.ts';
import { promptAbout } from './prompt-about.ts';
import type { SpanDetailsProps } from './span-details.tsx';
import './copy-span.css';

const { copy: words, details } = traceText;

export function CopySpan({ model, outline, row, span }: SpanDetailsProps) {
  const { traceId } = model;
  const id = spanIdAt(outline, row);
  const link = (): Promise<string> =>
    Promise.resolve(new URL(hrefWith({ span: id }), window.location.href).href);
  return (
    <div class="copy-span">
      <Button look="quiet" onClick={() => model.focus(row)}>
        {details.focus}
      </Button>
      <Button look="quiet" onClick={() => model.zoomToSpan(row)}>
        {details.zoom}
      </Button>
      <span class="faint">{words.label}</span>
      <CopyButton label={words.link} content={link} />
      <CopyButton label={words.json} content={JSON.stringify(span, undefined, 2)} />
      <CopyButton label={words.text} content={() => askText(traceId, 'text', id)} />
      <CopyButton label={words.mermaid} content={() => askText(traceId, 'mermaid', id)} />
      <CopyButton
        label={words.prompt}
        content={() => Promise.resolve(promptAbout(outline, row, span))}
      />
    </div>
  );
}
