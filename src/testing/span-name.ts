/** How a test names spans: exactly, or by a pattern. */
export type SpanName = string | RegExp;

/** @throws TypeError where it is neither */
export function spanNameTest(name: SpanName): (text: string) => boolean {
  if (typeof name === 'string') return (text) => text === name;
  if (!(name instanceof RegExp)) throw new TypeError('expected the name of a span or a RegExp');
  // A pattern with `g` or `y` would go on from where it stopped the last time.
  const pattern = new RegExp(name.source, name.flags.replace(/[gy]/g, ''));
  return (text) => pattern.test(text);
}

export function shownName(name: SpanName): string {
  return typeof name === 'string' ? JSON.stringify(name) : String(name);
}
