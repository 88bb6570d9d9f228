/** Above every tab: find, what colours tell, copies. */
import { CopyButton } from '../../parts/copy-button.tsx';
import { traceText } from '../../text/trace-en.ts';
import { askText } from './ask-export.ts';
import { AttributePicker } from './attribute-picker.tsx';
import { attributeOfColour, type ColourBy, colourBys } from './colour-by.ts';
import { FindBox } from './find-box.tsx';
import { Legend } from './legend.tsx';
import type { TraceModel } from './trace-model.ts';
import './trace-toolbar.css';

/** Of the choices: another attribute. */
const PICK = '…';
const { colour, copy } = traceText;

export interface TraceToolbarProps {
  readonly model: TraceModel;
  readonly tab: string;
}

export function TraceToolbar({ model, tab }: TraceToolbarProps) {
  return (
    <div class="trace-toolbar">
      <FindBox model={model} />
      <ColourChoice model={model} />
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

/** What the outline has, the attribute that was chosen, and the way to another. */
function ColourChoice({ model }: { readonly model: TraceModel }) {
  const by = model.colourBy.value;
  const key = attributeOfColour(by);
  return (
    <>
      <label class="trace-colour">
        <span class="soft">{colour.label}</span>
        <select
          value={by}
          onChange={(event) => {
            const { value } = event.currentTarget;
            if (value === PICK) {
              event.currentTarget.value = by;
              model.isPicking.value = true;
            } else model.colour(value as ColourBy);
          }}
        >
          {colourBys.map((one) => (
            <option key={one} value={one}>
              {colour[one]}
            </option>
          ))}
          {key !== undefined && <option value={by}>{key}</option>}
          <option value={PICK}>{colour.attribute}</option>
        </select>
      </label>
      {model.isPicking.value && (
        <AttributePicker
          model={model}
          onClose={() => {
            model.isPicking.value = false;
          }}
        />
      )}
    </>
  );
}
