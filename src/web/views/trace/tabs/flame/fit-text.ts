/** Texts that fit where they are drawn, cut in the middle: widths are added up from those of characters, each measured once. */

const WIDTHS_MAX = 4_000;
const widths = new Map<string, number>();
let measuredFont = '';

/** Pixels, in the font of the canvas. */
export function textWidth(canvas: CanvasRenderingContext2D, text: string): number {
  if (canvas.font !== measuredFont || widths.size > WIDTHS_MAX) {
    widths.clear();
    measuredFont = canvas.font;
  }
  let sum = 0;
  for (const character of text) {
    let width = widths.get(character);
    if (width === undefined) {
      width = canvas.measureText(character).width;
      widths.set(character, width);
    }
    sum += width;
  }
  return sum;
}

/** Of what stays, this part is the end. */
const TAIL = 0.45;
/** With less room at each side of the cut, the beginning says more than both. */
const SIDE_MIN = 12;

export function fitText(canvas: CanvasRenderingContext2D, text: string, room: number): string {
  // A name may be as long as a document: nothing is drawn narrower than a pixel a character.
  const characters = text.length > room ? [...text.slice(0, Math.ceil(room))] : [...text];
  if (characters.length === text.length && textWidth(canvas, text) <= room) return text;
  const dots = textWidth(canvas, '…');
  const side = (room - dots) * TAIL;
  if (side < SIDE_MIN) return taken(canvas, characters, room).join('');
  const tail = taken(canvas, [...text.slice(-Math.ceil(room))].reverse(), side).reverse();
  const head = taken(canvas, characters, room - dots - textWidth(canvas, tail.join('')));
  return `${head.join('')}…${tail.join('')}`;
}

function taken(
  canvas: CanvasRenderingContext2D,
  characters: readonly string[],
  room: number,
): string[] {
  let used = 0;
  let count = 0;
  for (const character of characters) {
    used += textWidth(canvas, character);
    if (used > room) break;
    count++;
  }
  return characters.slice(0, count);
}
