/** Names are cut in the middle: their ends tell them apart. */
export function cutMiddle(name: string, charactersMax: number): string {
  if (name.length <= charactersMax) return name;
  if (charactersMax < 4) return name.slice(0, charactersMax);
  const tail = Math.floor((charactersMax - 1) * 0.45);
  return `${name.slice(0, charactersMax - 1 - tail)}…${name.slice(name.length - tail)}`;
}
