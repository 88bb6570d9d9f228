/** What this browser remembers between visits. A browser that forbids it is one that starts anew each time. */
const PREFIX = 'synton.';

export function kept(name: string): string | undefined {
  try {
    return window.localStorage.getItem(PREFIX + name) ?? undefined;
  } catch {
    return undefined;
  }
}

export function keep(name: string, value: string): void {
  try {
    window.localStorage.setItem(PREFIX + name, value);
  } catch {
    // Full or forbidden: nothing depends on it.
  }
}
