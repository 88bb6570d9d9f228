/**
 * Which rows of a long list are to be rendered, of equal height all. The scroller may hold more than the list: `top` says where in it the
 * list begins.
 */
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualizerOptions,
} from '@tanstack/virtual-core';
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';

export interface VirtualRowsOptions {
  readonly count: number;
  /** Pixels. */
  readonly rowHeight: number;
  readonly scroller: RefObject<HTMLElement | null>;
  /** Pixels of the scroller above the list. @default 0 */
  readonly top?: number;
  /** Pixels above the shown rows that something sticks to, such as a head. @default 0 */
  readonly covered?: number;
}

export interface VirtualRow {
  readonly index: number;
  /** Pixels from the top of the list. */
  readonly start: number;
  /** A key with which elements of rows that left are used for those that came. */
  readonly slot: number;
}

export interface VirtualRows {
  readonly rows: readonly VirtualRow[];
  /** Pixels. */
  readonly height: number;
  /** No further than it takes. */
  scrollTo(index: number): void;
}

const OVERSCAN = 8;

export function useVirtualRows(given: VirtualRowsOptions): VirtualRows {
  const { count, rowHeight, scroller, top = 0, covered = 0 } = given;
  const [, render] = useReducer((round: number) => round + 1, 0);
  const options: VirtualizerOptions<HTMLElement, HTMLElement> = {
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    overscan: OVERSCAN,
    scrollMargin: top,
    scrollPaddingStart: covered,
    onChange: () => render(undefined as never),
  };
  const [virtualizer] = useState(() => new Virtualizer(options));
  virtualizer.setOptions(options);
  useEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, rowHeight]);
  const items = virtualizer.getVirtualItems();
  const slots = useRef(1);
  slots.current = Math.max(slots.current, items.length);
  return {
    rows: items.map(({ index, start }) => ({
      ...{ index, start: start - top },
      slot: index % slots.current,
    })),
    height: virtualizer.getTotalSize(),
    scrollTo: (index) => virtualizer.scrollToIndex(index, { align: 'auto' }),
  };
}
