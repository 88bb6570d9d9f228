/**
 * Keys, so that everything can be done without a mouse. A view says which it takes while it is shown; `?` lists them. Keys go to the view,
 * unless somebody writes or a dialog is open.
 */
import { type ReadonlySignal, signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

export interface KeyCommand {
  /** As KeyboardEvent.key has it; several for the same. `Mod+` before it is Control, or Command on a Mac. */
  readonly keys: readonly string[];
  /** For the list of keys and the palette. */
  readonly does: string;
  /** Not in the palette: a movement, of use only as a key. @default false */
  readonly isMovement?: boolean;
  run(event: KeyboardEvent | undefined): void;
}

export interface KeyGroup {
  readonly title: string;
  readonly commands: readonly KeyCommand[];
}

const groups = signal<readonly KeyGroup[]>([]);
/** What works now: the last group is the nearest. */
export const keyGroups: ReadonlySignal<readonly KeyGroup[]> = groups;

/** While the component is there. The commands may be new ones at every rendering. */
export function useKeys(title: string, commands: readonly KeyCommand[]): void {
  const newest = useRef(commands);
  newest.current = commands;
  useEffect(() => {
    const group: KeyGroup = {
      title,
      get commands() {
        return newest.current;
      },
    };
    groups.value = [...groups.peek(), group];
    return () => {
      groups.value = groups.peek().filter((other) => other !== group);
    };
  }, [title]);
}

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

export function keyLabel(key: string): string {
  const names: Readonly<Record<string, string>> = {
    ArrowUp: '↑',
    ArrowDown: '↓',
    ArrowLeft: '←',
    ArrowRight: '→',
    Escape: 'Esc',
    ' ': 'Space',
  };
  if (key.startsWith('Mod+')) return `${isMac ? '⌘' : 'Ctrl '}${key.slice(4).toUpperCase()}`;
  return names[key] ?? key;
}

function writes(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) {
    return !['checkbox', 'radio', 'range', 'button'].includes(target.type);
  }
  return target.isContentEditable || /^(?:TEXTAREA|SELECT)$/.test(target.tagName);
}

/** What the element under the focus does with a key by itself stays its own. */
function isTakenBy(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (key !== 'Enter' && key !== ' ') return false;
  return /^(?:A|BUTTON|SUMMARY)$/.test(target.tagName) || target.getAttribute('role') === 'button';
}

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  const isMod = isMac ? event.metaKey : event.ctrlKey;
  if (!isMod && (event.metaKey || event.ctrlKey)) return;
  const key = isMod ? `Mod+${event.key.toLowerCase()}` : event.key;
  if (!isMod && (writes(event.target) || isTakenBy(event.target, key))) return;
  if (!isMod && document.querySelector('dialog[open]') !== null) return;
  for (const { commands } of groups.value.toReversed()) {
    const command = commands.find(({ keys }) => keys.includes(key));
    if (command === undefined) continue;
    event.preventDefault();
    command.run(event);
    return;
  }
});
