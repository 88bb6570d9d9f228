/** Where in a row the chosen attributes stand: a column each, or where it is narrow a line of their own. */

const WIDTH = 'minmax(72px, min(180px, 11vw))';

/** For `style`: custom properties that the grid of a row is made of. */
export function shownColumns(columns: readonly string[]): Readonly<Record<string, string>> {
  const areas = columns.map((_, index) => shownArea(index)).join(' ');
  return {
    '--trace-list-shown': columns.map(() => WIDTH).join(' '),
    '--trace-list-areas': `"when service operation ${areas} spans errors duration bar"`,
  };
}

export const shownArea = (index: number): string => `shown-${index}`;
