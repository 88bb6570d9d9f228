/** Chooses the attributes that the list shows. What there is to choose from is told by the first traces of the list. */
import { useRef, useState } from 'preact/hooks';
import { setParams } from '../../../app/location.ts';
import { API, askJson } from '../../../data/api.ts';
import { useResource } from '../../../data/use-resource.ts';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { tracesText } from '../../../text/traces-en.ts';
import { COLUMN_LENGTH_MAX, COLUMNS_MAX, readColumns } from './chosen-columns.ts';

export interface ColumnsDialogProps {
  readonly columns: readonly string[];
  /** Of traces that are asked which attributes they have. */
  readonly traceIds: readonly string[];
  onClose(): void;
}

const TRACES_ASKED = 4;
const SUGGESTED_MAX = 200;
const LIST_ID = 'columns-dialog-keys';

export function ColumnsDialog({ columns, traceIds, onClose }: ColumnsDialogProps) {
  const words = tracesText.columns;
  const [keys, setKeys] = useState(() =>
    Array.from({ length: COLUMNS_MAX }, (_, i) => columns[i] ?? ''),
  );
  // Those that were there first, and not anew with each one that arrives.
  const asked = useRef<readonly string[]>([]);
  if (asked.current.length === 0) asked.current = traceIds.slice(0, TRACES_ASKED);
  const known = useResource(asked.current.join() || undefined, (signal) =>
    keysOf(asked.current, signal),
  );
  return (
    <FormDialog
      title={words.title}
      does={words.show}
      onDo={() => setParams({ column: readColumns(keys) })}
      onClose={onClose}
    >
      {keys.map((key, at) => (
        <label key={at}>
          <span>{words.place(at + 1)}</span>
          <input
            type="text"
            list={LIST_ID}
            maxLength={COLUMN_LENGTH_MAX}
            autocomplete="off"
            spellcheck={false}
            placeholder={at === 0 ? words.placeholder : ''}
            value={key}
            onInput={({ currentTarget: { value } }) =>
              setKeys(keys.map((was, i) => (i === at ? value : was)))
            }
          />
        </label>
      ))}
      <datalist id={LIST_ID}>
        {known.data?.map((key) => (
          <option key={key} value={key} />
        ))}
      </datalist>
      <p class="soft">{words.hint}</p>
    </FormDialog>
  );
}

interface ToldKeys {
  readonly keys: readonly { readonly key: string }[];
}

/** Those of several first. A trace that has gone meanwhile suggests nothing. */
async function keysOf(
  traceIds: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const counts = new Map<string, number>();
  const told = await Promise.allSettled(
    traceIds.map((id) => askJson<ToldKeys>(`${API}/attributes/${id}`, signal)),
  );
  for (const answer of told) {
    if (answer.status === 'rejected') continue;
    for (const { key } of answer.value.keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts.keys()].sort((a, b) => counts.get(b)! - counts.get(a)!).slice(0, SUGGESTED_MAX);
}
