/** What keys do on the plot: from mark to mark in order of time or of duration, with Shift a rectangle from the one where that began. */
import { neighbour } from './scatter-plane.ts';

export interface ScatterKeys<M> {
  readonly byTime: readonly M[];
  readonly byDuration: readonly M[];
  readonly chosen: M | undefined;
  choose(mark: M, isSelecting: boolean): void;
  /** What is chosen. */
  enter(): boolean;
  /** One step out of what is chosen, drawn or filtered. False where there is none. */
  leave(): boolean;
}

/** False where the key is none of these. */
export function takeKey<M>(event: KeyboardEvent, keys: ScatterKeys<M>): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.key === 'Enter') return keys.enter();
  if (event.key === 'Escape') return keys.leave();
  const { byTime, byDuration } = keys;
  const moves: Readonly<Record<string, readonly [order: readonly M[], by: number]>> = {
    ArrowRight: [byTime, 1],
    ArrowLeft: [byTime, -1],
    ArrowUp: [byDuration, 1],
    ArrowDown: [byDuration, -1],
    Home: [byTime, Number.NEGATIVE_INFINITY],
    End: [byTime, Number.POSITIVE_INFINITY],
  };
  const move = moves[event.key];
  if (move === undefined) return false;
  const to = neighbour(move[0], keys.chosen, move[1]);
  if (to !== undefined) keys.choose(to, event.shiftKey);
  return true;
}
