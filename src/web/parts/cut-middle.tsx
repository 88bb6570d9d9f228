/** A name that is cut in the middle where it has no room, without measuring: what is before its last characters gives way. */
import './cut-middle.css';

const TAIL = 10;

export function CutMiddle({ name }: { readonly name: string }) {
  // Not between the halves of a surrogate pair.
  const characters = [...name];
  if (characters.length <= TAIL * 2) return <span class="cut-middle">{name}</span>;
  return (
    <span class="cut-middle">
      <span class="cut-middle-head">{characters.slice(0, -TAIL).join('')}</span>
      <span class="cut-middle-tail">{characters.slice(-TAIL).join('')}</span>
    </span>
  );
}
