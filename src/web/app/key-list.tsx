/** The keys that work now. */
import { Dialog } from '../parts/dialog.tsx';
import { text } from '../text/en.ts';
import { keyGroups, keyLabel } from './keys.ts';
import './key-list.css';

export function KeyList({ onClose }: { onClose(): void }) {
  return (
    <Dialog label={text.keys.title} onClose={onClose}>
      <h1>{text.keys.title}</h1>
      {keyGroups.value.toReversed().map(({ title, commands }) => (
        <section class="key-group" key={title}>
          <h2>{title}</h2>
          <dl>
            {commands.map(({ keys, does }) => (
              <div class="key-row" key={does}>
                <dt>
                  {keys.map((key) => (
                    <kbd key={key}>{keyLabel(key)}</kbd>
                  ))}
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
