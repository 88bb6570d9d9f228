/** Above every tab: find, what colours tell, copies. */
import { CopyButton } from '../../parts/copy-button.tsx';
import { traceText } from '../../text/trace-en.ts';
import { askText } from './ask-export.ts';
import { type ColourBy, colourBys, paintOf } from './colour-by.ts';
import { FindBox } from './find-box.tsx';
import type { TraceModel } from './trace-model.ts';
import './trace-toolbar.css';

/** A legend of more words is a list that nobody reads. */
const WORDS_MAX = 8;
const { colour, copy, page } = traceText;

export interface TraceToolbarProps {
  readonly model: TraceModel;
  readonly tab: string;
}

export function TraceToolbar({ model, tab }: TraceToolbarProps) {
  return (
    <div class="trace-toolbar">
      <FindBox model={model} />
      <label class="trace-colour">
        <span class="soft">{colour.label}</span>
        <select
          value={model.colourBy.value}
          onChange={(event) => model.paint(event.currentTarget.value as ColourBy)}
        >
          {colourBys.map((by) => (
            <option key={by} value={by}>
              {colour[by]}
            </option>
          ))}
        </select>
      </label>
      {tab === 'timeline' && (
        <label class="trace-critical">
          <input
            type="checkbox"
            checked={model.isCritical.value}
            onChange={() => model.toggleCritical()}
          />
          {traceText.timeline.hints.critical}
        </label>
      )}
      <Legend model={model} />
      <div class="trace-copies">
        <span class="faint">{copy.label}</span>
        <CopyButton label={copy.link} content={() => Promise.resolve(window.location.href)} />
        <CopyButton label={copy.text} content={() => askText(model.traceId, 'text')} />
        <CopyButton label={copy.mermaid} content={() => askText(model.traceId, 'mermaid')} />
      </div>
    </div>
  );
}

function Legend({ model }: { readonly model: TraceModel }) {
  const outline = model.outline.value;
  if (outline === undefined) return null;
  const { words, colours } = paintOf(outline, model.colourBy.value);
  const more = words.length - WORDS_MAX;
  return (
    <ul class="trace-legend" aria-label={`${colour.label} ${colour[model.colourBy.value]}`}>
      {words.slice(0, WORDS_MAX).map((word, at) => (
        <li key={word}>
          <button
            type="button"
            class="trace-legend-entry"
            aria-pressed={model.query.value === word}
            title={traceText.find.label}
            onClick={() => model.find(model.query.peek() === word ? '' : word)}
          >
            <span class="trace-legend-mark" style={{ background: colours[at]!.line }} />
            {word}
          </button>
        </li>
      ))}
      {more > 0 && <li class="faint">{page.moreServices(more)}</li>}
    </ul>
  );
}
