/**
 * The rows as elements: names, and what a screen reader says of them. As many elements as fit the screen and no more; when a row leaves it on one
 * side, its element takes a row that comes in on the other. Written without a renderer, as it is done for every frame while scrolling.
 */

import { FAILED, FLAG, nameAt, RUNNING, serviceAt } from '../../../../data/outline.ts';
import { formatDuration } from '../../../../format/duration.ts';
import { isRightToLeft, shownName } from '../../../../format/shown-text.ts';
import { traceText } from '../../../../text/trace-en.ts';
import { isLoop } from './draw-rows.ts';
import { type Frame, topOf } from './frame.ts';

const { timeline: words } = traceText;
/** Of a name that is cut, so much of its end is kept. */
const TAIL_SHARE = 0.4;
const TAIL_MAX = 14;
const TAIL_NARROW = 6;
const CUT_MIN = 18;
/** Where names are narrower, they have all the room. */
const PEER_NAMES_MIN = 240;

interface RowElement {
  readonly row: HTMLElement;
  readonly cell: HTMLElement;
  readonly fold: HTMLElement;
  readonly mark: HTMLElement;
  readonly head: HTMLElement;
  readonly tail: HTMLElement;
  readonly count: HTMLElement;
  readonly errors: HTMLElement;
  readonly peer: HTMLElement;
  /** What it shows: a row's place and the state of everything when it was written. */
  shown: string;
}

export class NameRows {
  readonly #host: HTMLElement;
  readonly #pool: RowElement[] = [];

  /** @param host is given role and rows */
  constructor(host: HTMLElement) {
    this.#host = host;
  }

  /** @param stamp another one where what rows say may have changed */
  show(frame: Frame, stamp: string, indent: number): void {
    const count = frame.end - frame.first;
    while (this.#pool.length < count) this.#add();
    const used = new Set<number>();
    for (let place = frame.first; place < frame.end; place++) {
      const slot = place % this.#pool.length;
      const element = this.#pool[slot]!;
      used.add(slot);
      const key = `${place} ${stamp}`;
      if (element.shown !== key) {
        element.shown = key;
        write(element, frame, place, indent);
      }
      element.row.style.transform = `translateY(${topOf(frame, place)}px)`;
    }
    for (const [slot, element] of this.#pool.entries()) {
      const isHidden = !used.has(slot);
      if (element.row.hidden !== isHidden) element.row.hidden = isHidden;
    }
    this.#tell(frame);
  }

  /** What a screen reader is told of the whole, and which row it stands on. */
  #tell({ visible, selectedRow, first, end }: Frame): void {
    this.#host.setAttribute('aria-rowcount', String(visible.length));
    let active: string | undefined;
    for (let place = first; place < end; place++) {
      if (visible[place] === selectedRow) active = this.#pool[place % this.#pool.length]?.row.id;
    }
    if (active === undefined) this.#host.removeAttribute('aria-activedescendant');
    else this.#host.setAttribute('aria-activedescendant', active);
  }

  #add(): void {
    const element = newRow(this.#pool.length);
    this.#pool.push(element);
    this.#host.append(element.row);
    // Places go round another number of elements now.
    for (const other of this.#pool) other.shown = '';
  }
}

function newRow(slot: number): RowElement {
  const row = part('div', 'timeline-row');
  row.id = `timeline-row-${slot}`;
  row.setAttribute('role', 'row');
  const cell = part('div', 'timeline-name', row);
  cell.setAttribute('role', 'gridcell');
  const fold = part('span', 'timeline-fold', cell);
  fold.setAttribute('aria-hidden', 'true');
  const mark = part('span', 'timeline-mark', cell);
  const label = part('span', 'timeline-label', cell);
  return {
    ...{ row, cell, fold, mark },
    head: part('span', 'timeline-label-head', label),
    tail: part('span', 'timeline-label-tail', label),
    count: part('span', 'timeline-count', cell),
    errors: part('span', 'timeline-errors', cell),
    peer: part('span', 'timeline-peer', cell),
    shown: '',
  };
}

function part(tag: string, name: string, host?: HTMLElement): HTMLElement {
  const element = document.createElement(tag);
  element.className = name;
  host?.append(element);
  return element;
}

function write(element: RowElement, frame: Frame, place: number, indent: number): void {
  const { outline, visible, selectedRow, found, focusRow, names, paint } = frame;
  const row = visible[place]!;
  const name = shownName(nameAt(outline, row) || words.unnamed);
  const run = frame.runAt(row);
  const hasChildren = outline.childCount[row]! > 0;
  const isClosed = hasChildren ? frame.isClosed(row) : run > 0;
  const isFoldable = hasChildren || frame.shape.runFirst[row] === row;
  const level = outline.depth[row]! - (focusRow < 0 ? 0 : outline.depth[focusRow]!);
  const isFound = found === undefined || isAnyFound(found, row, Math.max(1, run));

  const { classList } = element.row;
  classList.toggle('timeline-row-selected', row === selectedRow);
  classList.toggle('timeline-row-faint', !isFound);
  classList.toggle('timeline-row-found', found !== undefined && isFound);
  classList.toggle('timeline-row-failed', outline.status[row] === FAILED);
  element.cell.style.width = `${names}px`;
  element.cell.style.paddingInlineStart = `${Math.min(level * indent, names * 0.6) + 4}px`;
  element.fold.dataset['state'] = isFoldable ? (isClosed ? 'closed' : 'open') : 'none';
  element.mark.style.background = paint.colours[paint.classes[row]!]!.line;
  const tail = names < PEER_NAMES_MIN ? Math.min(TAIL_NARROW, tailOf(name)) : tailOf(name);
  element.head.textContent = name.slice(0, name.length - tail);
  element.tail.textContent = name.slice(name.length - tail);
  element.count.textContent = run > 0 ? `×${run}` : '';
  const below = isClosed && hasChildren ? outline.errorsBelow[row]! : 0;
  element.errors.textContent = below > 0 ? `✕${below}` : '';
  const peer = frame.notes.of(outline, row)?.peer;
  const hasRoom = names >= PEER_NAMES_MIN;
  element.peer.textContent =
    peer !== undefined && hasRoom && !name.includes(peer) ? shownName(peer) : '';
  element.row.title = name;

  const { row: host } = element;
  host.setAttribute('aria-label', spoken(frame, row, run));
  host.setAttribute('aria-level', String(level + 1));
  host.setAttribute('aria-rowindex', String(place + 1));
  host.setAttribute('aria-selected', String(row === selectedRow));
  if (isFoldable) host.setAttribute('aria-expanded', String(!isClosed));
  else host.removeAttribute('aria-expanded');
}

/** `charge, checkout, 520 ms, failed`. */
function spoken(frame: Frame, row: number, run: number): string {
  const { outline } = frame;
  const flags = outline.flags[row]!;
  const status = outline.status[row];
  const named = [nameAt(outline, row) || words.unnamed, serviceAt(outline, row)];
  const parts = named.map(shownName);
  if (run > 0) parts.push(isLoop(frame, row, run) ? words.loop(run) : words.times(run));
  parts.push(formatDuration(outline.duration[row]!));
  if (status === FAILED) parts.push(words.failed);
  if (status === RUNNING) parts.push((flags & FLAG.stale) !== 0 ? words.stale : words.running);
  if ((flags & FLAG.orphan) !== 0) parts.push(words.orphan);
  if ((flags & FLAG.critical) !== 0) parts.push(words.onCriticalPath);
  if (outline.errorsBelow[row]! > 0) parts.push(words.errorsBelow(outline.errorsBelow[row]!));
  return parts.join(', ');
}

function tailOf(name: string): number {
  return name.length < CUT_MIN || isRightToLeft(name)
    ? 0
    : Math.min(TAIL_MAX, Math.floor(name.length * TAIL_SHARE));
}

function isAnyFound(found: Uint8Array, row: number, count: number): boolean {
  for (let at = row; at < row + count; at++) if (found[at] === 1) return true;
  return false;
}
