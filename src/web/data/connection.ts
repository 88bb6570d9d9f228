/**
 * Whether the collector answers. While it does not, it is asked every 2 s whether it is ready; when it is back, `lives` rises, and whatever
 * is shown asks anew.
 */
import { type ReadonlySignal, signal } from '@preact/signals';

const RETRY_MS = 2_000;
const ANSWER_MS = 5_000;

const connected = signal(true);
const livesSeen = signal(0);
let timer: number | undefined;
let trying: Promise<void> | undefined;

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

/** One question at a time, whoever asks. */
export function tryNow(): Promise<void> {
  trying ??= askReady().finally(() => {
    trying = undefined;
  });
  return trying;
}

async function askReady(): Promise<void> {
  window.clearTimeout(timer);
  timer = undefined;
  try {
    // One that takes the question and says nothing does not answer either.
    const signal = AbortSignal.timeout(ANSWER_MS);
    const response = await fetch('/ready', { cache: 'no-store', signal });
    await response.text();
    if (response.ok) answered();
    else unanswered();
  } catch {
    unanswered();
  }
}
