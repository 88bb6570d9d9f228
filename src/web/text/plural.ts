/** `1 span`, `12 k spans`: a count that is written, and what it counts. */
export const plural = (count: string, one: string, many: string): string =>
  `${count} ${count === '1' ? one : many}`;
