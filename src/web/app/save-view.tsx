/** Gives what is shown now a name, by which the palette finds it again. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { saveView } from '../data/saved-views.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { text } from '../text/en.ts';
import './save-view.css';

export function SaveView({ onClose }: { onClose(): void }) {
  const [href] = useState(() => `${window.location.pathname}${window.location.search}`);
  const [name, setName] = useState(() => document.title.replace(/ · Synton$/, ''));
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.select(), []);
  return (
    <Dialog label={text.saved.title} class="save-view" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          saveView({ name, href });
          onClose();
        }}
      >
        <h1>{text.saved.title}</h1>
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
        <p class="save-view-end">
          <Button onClick={onClose}>{text.saved.cancel}</Button>
          <button type="submit" class="button button-main" disabled={name.trim() === ''}>
            {text.saved.save}
          </button>
        </p>
      </form>
    </Dialog>
  );
}
