/**
 * Whether the collector answers. While it does not, it is asked every 2 s whether it is ready; when it is back, `lives` rises, and whatever
 * is shown asks anew.
 */
import { type ReadonlySignal, signal } from '@preact/signals';

const RETRY_MS = 2_000;

const connected = signal(true);
const livesSeen = signal(0);
let timer: number | undefined;

export const isConnected: ReadonlySignal<boolean> = connected;
/** Rises each time the collector is back after it did not answer. */
export const lives: ReadonlySignal<number> = livesSeen;

export function answered(): void {
  if (connected.value) return;
  window.clearTimeout(timer);
  timer = undefined;
  connected.value = true;
  livesSeen.value += 1;
}

export function unanswered(): void {
  connected.value = false;
  timer ??= window.setTimeout(() => void tryNow(), RETRY_MS);
}

export async function tryNow(): Promise<void> {
  window.clearTimeout(timer);
  timer = undefined;
  try {
    if ((await fetch('/ready', { cache: 'no-store' })).ok) answered();
    else unanswered();
  } catch {
    unanswered();
  }
}
