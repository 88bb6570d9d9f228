/** A term of the search: a click or Enter edits it, Delete or the cross removes it, arrow keys go to its neighbours. */
import { ServiceMark } from '../../../parts/service-mark.tsx';
import { tracesText } from '../../../text/traces-en.ts';
import { type SearchTerm, writtenTerm } from './search-term.ts';
import './term-chip.css';

export interface TermChipProps {
  readonly term: SearchTerm;
  /** Of a service that there is: a colour is not given away to what was only written. */
  readonly hasMark: boolean;
  onEdit(term: SearchTerm): void;
  onRemove(term: SearchTerm): void;
}

export function TermChip({ term, hasMark, onEdit, onRemove }: TermChipProps) {
  const { key, relation, value } = term;
  const words = tracesText.search;
  const written = writtenTerm(term);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Delete' || event.key === 'Backspace') onRemove(term);
    else if (event.key === 'ArrowLeft') neighbour(event, -1)?.focus();
    else if (event.key === 'ArrowRight') neighbour(event, 1)?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <span class="term-chip">
      <button
        type="button"
        class="term-chip-edit"
        title={words.edit(written)}
        aria-label={words.edit(written)}
        onClick={() => onEdit(term)}
        onKeyDown={onKeyDown}
      >
        <span class="term-chip-key">{key}</span>
        <span class="term-chip-relation">{relation}</span>
        {hasMark && <ServiceMark service={value} />}
        <span class="term-chip-value">{value}</span>
      </button>
      <button
        type="button"
        class="term-chip-remove"
        title={words.remove(written)}
        aria-label={words.remove(written)}
        tabIndex={-1}
        onClick={() => onRemove(term)}
      >
        ✕
      </button>
    </span>
  );
}

/** The chip before or after; after the last one the input. */
function neighbour(event: KeyboardEvent, by: number): HTMLElement | undefined {
  const box = (event.currentTarget as HTMLElement).closest('.search-box');
  const stops = [
    ...(box?.querySelectorAll<HTMLElement>('.term-chip-edit, .search-box-input') ?? []),
  ];
  return stops[stops.indexOf(event.currentTarget as HTMLElement) + by];
}
