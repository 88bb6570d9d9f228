/**
 * The search: terms as chips, and an input for one more, with what could be meant beneath it. Enter takes what is lit, else what is written.
 * From the beginning of the input the arrow keys go into the chips, where Enter edits and Delete removes.
 */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useKeys } from '../../../app/keys.ts';
import { navigate } from '../../../app/location.ts';
import { tracesText } from '../../../text/traces-en.ts';
import { type Catalogue, type Completion, completions } from './complete-term.ts';
import { parseTerms, type WrongTerm } from './parse-terms.ts';
import { ATTRIBUTES_MAX, type SearchTerm, withTerms, writtenTerm } from './search-term.ts';
import { Suggestions, suggestionId } from './suggestions.tsx';
import { TermChip } from './term-chip.tsx';
import './search-box.css';

export interface SearchBoxProps {
  readonly terms: readonly SearchTerm[];
  readonly catalogue: Catalogue;
  onTerms(terms: readonly SearchTerm[]): void;
}

const TRACE_ID = /^\s*[0-9a-f]{32}\s*$/i;
const NONE_LIT = -1;

export function SearchBox({ terms, catalogue, onTerms }: SearchBoxProps) {
  const words = tracesText.search;
  const box = useRef<HTMLFieldSetElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const [written, setWritten] = useState('');
  const [caret, setCaret] = useState(0);
  const [isOpen, setIsOpen] = useState(false);
  const [lit, setLit] = useState<number>();
  const [complaint, setComplaint] = useState<string>();
  const suggested = useMemo(
    () => (isOpen ? completions(written, caret, catalogue, terms) : []),
    [isOpen, written, caret, catalogue, terms],
  );
  const litNow = lit ?? litByItself(written, suggested);
  useKeys(tracesText.keysTitle, [
    { keys: ['/'], does: tracesText.keys.search, run: () => input.current?.focus() },
  ]);
  // The caret stands where what was taken ends.
  const caretWanted = useRef<number | undefined>(undefined);
  useEffect(() => {
    if (caretWanted.current === undefined) return;
    input.current!.setSelectionRange(caretWanted.current, caretWanted.current);
    caretWanted.current = undefined;
  }, [written]);
  const write = (text: string, at = text.length): void => {
    setWritten(text);
    setCaret(at);
    setLit(undefined);
    setComplaint(undefined);
  };
  const commit = (text: string): boolean => {
    if (TRACE_ID.test(text)) {
      navigate(`/trace/${text.trim().toLowerCase()}`);
      return true;
    }
    const parsed = parseTerms(text);
    if (parsed.wrong !== undefined) {
      setComplaint(complaintOf(parsed.wrong));
      setIsOpen(false);
      input.current?.setSelectionRange(parsed.wrong.at, parsed.wrong.at + parsed.wrong.length);
      return false;
    }
    const all = withTerms(terms, parsed.terms);
    if (all.filter(({ isAttribute }) => isAttribute).length > ATTRIBUTES_MAX) {
      setComplaint(words.tooMany(ATTRIBUTES_MAX));
      return false;
    }
    write('');
    setIsOpen(false);
    if (parsed.terms.length > 0) onTerms(all);
    return true;
  };
  const take = (completion: Completion): void => {
    const text = written.slice(0, completion.at) + completion.text + written.slice(completion.end);
    const at = completion.at + completion.text.length;
    if (completion.of !== 'key' && completion.of !== 'attribute') {
      commit(text);
      setIsOpen(document.activeElement === input.current);
      return;
    }
    write(text, at);
    caretWanted.current = at;
    setIsOpen(true);
    input.current?.focus();
  };
  const edit = (term: SearchTerm): void => {
    onTerms(terms.filter((other) => other !== term));
    write(writtenTerm(term));
    setIsOpen(true);
    input.current?.focus();
  };
  const remove = (term: SearchTerm): void => {
    onTerms(terms.filter((other) => other !== term));
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    const { key } = event;
    const isAtStart = input.current!.selectionStart === 0 && input.current!.selectionEnd === 0;
    if (key === 'Enter') {
      const chosen = suggested[litNow];
      if (chosen === undefined) commit(written);
      else take(chosen);
    } else if (key === 'ArrowDown' || key === 'ArrowUp') {
      setIsOpen(true);
      const by = key === 'ArrowDown' ? 1 : -1;
      // Past either end nothing is lit, and Enter takes what is written.
      const places = suggested.length + 1;
      setLit(((litNow + 1 + by + places) % places) - 1);
    } else if (key === 'Escape') {
      if (suggested.length > 0 && written !== '') setIsOpen(false);
      else if (written !== '') write('');
      else input.current!.blur();
    } else if ((key === 'Backspace' || key === 'ArrowLeft') && isAtStart && terms.length > 0) {
      lastChip(box.current!)?.focus();
    } else return;
    event.preventDefault();
  };
  const onInput = (text: string, at: number): void => {
    // A space after a whole term ends it, as `&&` does; a space in quotes or in an unfinished term is one.
    if (/(?:\s|&&)$/.test(text) && at === text.length && text.trim() !== '') {
      const parsed = parseTerms(text);
      if (parsed.wrong === undefined && commit(text)) {
        setIsOpen(true);
        return;
      }
    }
    write(text, at);
    setIsOpen(true);
  };
  return (
    <div class="search-box-whole">
      <search class="search-box-form">
        <fieldset
          ref={box}
          class={`search-box ${complaint === undefined ? '' : 'search-box-wrong'}`}
          aria-label={words.terms}
        >
          {terms.map((term) => (
            <TermChip
              key={writtenTerm(term)}
              term={term}
              hasMark={isKnownService(term, catalogue)}
              onEdit={edit}
              onRemove={remove}
            />
          ))}
          <input
            ref={input}
            class="search-box-input"
            type="text"
            role="combobox"
            aria-label={words.label}
            aria-expanded={suggested.length > 0}
            aria-controls="search-suggestions"
            aria-autocomplete="list"
            aria-invalid={complaint !== undefined}
            aria-describedby={complaint === undefined ? undefined : 'search-box-complaint'}
            aria-activedescendant={suggested[litNow] && suggestionId(litNow)}
            placeholder={terms.length === 0 ? words.placeholder : words.placeholderMore}
            value={written}
            spellcheck={false}
            autocomplete="off"
            autocapitalize="off"
            onInput={({ currentTarget: { value, selectionStart } }) =>
              onInput(value, selectionStart ?? value.length)
            }
            onSelect={({ currentTarget }) => setCaret(currentTarget.selectionStart ?? 0)}
            onKeyDown={onKeyDown}
            onFocus={() => setIsOpen(true)}
            onBlur={() => setIsOpen(false)}
          />
          {terms.length > 0 && (
            <button
              type="button"
              class="search-box-clear"
              title={words.clear}
              aria-label={words.clear}
              onClick={() => {
                write('');
                onTerms([]);
                input.current?.focus();
              }}
            >
              ✕
            </button>
          )}
        </fieldset>
        {isOpen && suggested.length > 0 && (
          <Suggestions
            suggested={suggested}
            lit={litNow}
            part={written.slice(suggested[0]!.at, suggested[0]!.end)}
            onTake={take}
          />
        )}
      </search>
      {complaint !== undefined && (
        <p id="search-box-complaint" class="search-box-complaint" role="alert">
          {complaint} <span class="soft">{words.known}</span>
        </p>
      )}
    </div>
  );
}

/** What is no whole term yet means the first suggestion; a whole term means itself. */
function litByItself(written: string, suggested: readonly Completion[]): number {
  if (written.trim() === '' || suggested.length === 0) return NONE_LIT;
  const { wrong, terms } = parseTerms(written);
  if (wrong !== undefined) return 0;
  const last = terms.at(-1);
  const isKnown =
    last?.isAttribute || suggested.some(({ text }) => text === (last && writtenTerm(last)));
  return isKnown ? NONE_LIT : 0;
}

function isKnownService({ key, value, isAttribute }: SearchTerm, { services }: Catalogue): boolean {
  return key === 'service' && !isAttribute && services.some(({ name }) => name === value);
}

function complaintOf({ mistake, at, word }: WrongTerm): string {
  const words = tracesText.search;
  return words.at(at + 1) + words.mistakes[mistake](word);
}

function lastChip(box: HTMLElement): HTMLElement | undefined {
  return [...box.querySelectorAll<HTMLElement>('.term-chip-edit')].at(-1);
}
