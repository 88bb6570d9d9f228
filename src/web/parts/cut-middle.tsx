/**
 * A name that is cut in the middle where it has no room, without measuring: what is before its last characters gives way. What is seen are its
 * two parts, drawn by the style sheet; the name itself lies over them whole, unseen, for whoever copies it, looks for it or has it read. A name
 * from right to left is one part.
 */
import { isRightToLeft, shownName } from '../format/shown-text.ts';
import './cut-middle.css';

const TAIL_MAX = 10;
/** Shorter ones have room everywhere. */
const CUT_MIN = 6;

export function CutMiddle({ name }: { readonly name: string }) {
  const shown = shownName(name);
  // Not between the halves of a surrogate pair.
  const characters = [...shown];
  if (characters.length < CUT_MIN && shown === name) return <span class="cut-middle">{name}</span>;
  const tail = isRightToLeft(name) ? 0 : Math.min(TAIL_MAX, Math.floor(characters.length / 2));
  return (
    <span
      class="cut-middle cut-middle-parts"
      data-head={characters.slice(0, characters.length - tail).join('')}
      data-tail={characters.slice(characters.length - tail).join('')}
    >
      <span class="cut-middle-whole">{name}</span>
    </span>
  );
}
