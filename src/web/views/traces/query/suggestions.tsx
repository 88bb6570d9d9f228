// biome-ignore-all lint/a11y/useFocusableInteractive: the input keeps the focus
// biome-ignore-all lint/a11y/useSemanticElements: a list beneath a combobox
/** What could be meant by what is written. */
import { useEffect, useRef } from 'preact/hooks';
import { ServiceMark } from '../../../parts/service-mark.tsx';
import { tracesText } from '../../../text/traces-en.ts';
import type { Completion } from './complete-term.ts';
import './suggestions.css';

export interface SuggestionsProps {
  readonly suggested: readonly Completion[];
  /** Its place; -1 for none. */
  readonly lit: number;
  /** What is written of it. */
  readonly part: string;
  onTake(completion: Completion): void;
}

export const suggestionId = (at: number): string => `search-suggestion-${at}`;

export function Suggestions({ suggested, lit, part, onTake }: SuggestionsProps) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => list.current?.children[lit]?.scrollIntoView({ block: 'nearest' }), [lit]);
  return (
    <div
      ref={list}
      id="search-suggestions"
      class="suggestions"
      role="listbox"
      aria-label={tracesText.search.suggestions}
    >
      {suggested.map((completion, at) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the input takes the keys
        <div
          key={completion.text}
          id={suggestionId(at)}
          class="suggestion"
          role="option"
          aria-selected={at === lit}
          // The input keeps the focus.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onTake(completion)}
        >
          <Written text={completion.text} part={part} />
          <span class="suggestion-hint faint">
            {completion.hint === undefined ? (
              tracesText.search.of[completion.of]
            ) : (
              <>
                <ServiceMark service={completion.hint} /> {completion.hint}
              </>
            )}
          </span>
        </div>
      ))}
    </div>
  );
}

/** With the written part of it set off. */
function Written({ text, part }: { readonly text: string; readonly part: string }) {
  const at = part === '' ? -1 : text.toLowerCase().indexOf(part.toLowerCase());
  if (at === -1) return <span class="mono suggestion-text">{text}</span>;
  return (
    <span class="mono suggestion-text">
      {text.slice(0, at)}
      <b>{text.slice(at, at + part.length)}</b>
      {text.slice(at + part.length)}
    </span>
  );
}
