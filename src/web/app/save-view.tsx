/** Gives what is shown now a name, by which the palette finds it again. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { saveView } from '../data/saved-views.ts';
import { FormDialog } from '../parts/form-dialog.tsx';
import { text } from '../text/en.ts';

export function SaveView({ onClose }: { onClose(): void }) {
  const [href] = useState(() => `${window.location.pathname}${window.location.search}`);
  const [name, setName] = useState(() => document.title.replace(/ · Synton$/, ''));
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => input.current?.select(), []);
  return (
    <FormDialog
      title={text.saved.title}
      does={text.saved.save}
      isReady={name.trim() !== ''}
      onDo={() => saveView({ name, href })}
      onClose={onClose}
    >
      <label>
        <span>{text.saved.name}</span>
        <input
          ref={input}
          type="text"
          required
          maxLength={80}
          autocomplete="off"
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </label>
      <p class="soft">{text.saved.hint}</p>
    </FormDialog>
  );
}
