/** What the keyboard does on every tab of a trace. */
import { useKeys } from '../../app/keys.ts';
import { setParams } from '../../app/location.ts';
import { spanIdAt } from '../../data/outline.ts';
import { text } from '../../text/en.ts';
import { traceText } from '../../text/trace-en.ts';
import { askText } from './ask-export.ts';
import type { TraceModel } from './trace-model.ts';
import { tabParam, traceTabs } from './trace-tab.ts';

const { colour, find, keys: words } = traceText;
export const FIND_INPUT_ID = 'trace-find';

export function useTraceKeys(model: TraceModel): void {
  useKeys(words.trace, [
    {
      keys: ['/'],
      does: words.find,
      run: () => {
        const input = document.getElementById(FIND_INPUT_ID);
        if (input instanceof HTMLInputElement) {
          input.focus();
          input.select();
        }
      },
    },
    ...traceTabs.map(({ name, title }, place) => ({
      ...{ keys: [String(place + 1)], does: title },
      run: () => setParams(tabParam(name)),
    })),
    { keys: ['n'], does: find.next, isMovement: true, run: () => model.findNext(1) },
    { keys: ['N'], does: find.previous, isMovement: true, run: () => model.findNext(-1) },
    { keys: ['e'], does: words.nextError, run: () => model.nextError(1) },
    { keys: ['E'], does: words.previousError, run: () => model.nextError(-1) },
    { keys: ['Enter'], does: words.details, run: () => model.detail(!model.isDetailed.peek()) },
    {
      keys: ['z'],
      does: words.focus,
      run: () => {
        const row = model.selectedRow.peek();
        if (row >= 0) model.focus(row);
      },
    },
    { keys: ['Z'], does: words.unfocus, run: () => model.focus(-1) },
    {
      keys: ['m'],
      does: words.copyMermaid,
      run: () => void copyMermaid(model),
    },
    {
      keys: ['C'],
      does: colour.keys,
      run: () => {
        model.isPicking.value = true;
      },
    },
    { keys: ['Escape'], does: find.leave, run: () => leave(model) },
  ]);
}

/** What was opened last is left first. */
function leave(model: TraceModel): void {
  if (model.query.peek() !== '') model.find('');
  else if (model.selectedRow.peek() >= 0) model.select(-1);
  else if (model.isZoomed.peek()) model.zoom(undefined);
  else if (model.focusRow.peek() >= 0) model.focus(-1);
}

async function copyMermaid(model: TraceModel): Promise<void> {
  const outline = model.outline.peek();
  const row = model.selectedRow.peek();
  const subtree = outline !== undefined && row >= 0 ? spanIdAt(outline, row) : undefined;
  try {
    await navigator.clipboard.writeText(await askText(model.traceId, 'mermaid', subtree));
    model.say(words.copiedMermaid);
  } catch {
    model.say(text.copy.failed);
  }
}
