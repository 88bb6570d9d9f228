/** The keys that work now. */
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { text } from '../text/en.ts';
import { type KeyCommand, type KeyGroup, keyGroups, keyLabel } from './keys.ts';
import './key-list.css';

export function KeyList({ onClose }: { onClose(): void }) {
  return (
    <Dialog label={text.keys.title} onClose={onClose}>
      <header class="key-list-head">
        <h1>{text.keys.title}</h1>
        <Button look="quiet" label={text.keys.close} onClick={onClose}>
          ✕
        </Button>
      </header>
      {byTitle(keyGroups.value.toReversed()).map(([title, commands]) => (
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

/** Parts of a view that are of one title are one group. */
function byTitle(groups: readonly KeyGroup[]): readonly [string, readonly KeyCommand[]][] {
  const found = new Map<string, KeyCommand[]>();
  for (const { title, commands } of groups) {
    found.set(title, [...(found.get(title) ?? []), ...commands]);
  }
  return [...found];
}
