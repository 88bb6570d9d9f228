/** Where in a row the chosen attributes stand: a column each, between what a trace is and how it went. */

const WHEN = '64px';
const SERVICE = 'minmax(112px, min(200px, 14vw))';
const OPERATION = 'minmax(160px, min(560px, 27vw))';
const SHOWN = 'minmax(72px, min(180px, 11vw))';
const NUMBERS = '56px 48px 88px';
const BAR = 'minmax(120px, 1fr)';

/** For `style`: custom properties that the grid of a row is made of. */
export function shownColumns(columns: readonly string[]): Readonly<Record<string, string>> {
  const areas = columns.map((_, index) => shownArea(index));
  const widths = [WHEN, SERVICE, OPERATION, ...columns.map(() => SHOWN), NUMBERS, BAR];
  const names = ['when service operation', ...areas, 'spans errors duration bar'];
  return {
    '--trace-list-columns': widths.join(' '),
    '--trace-list-areas': `"${names.join(' ')}"`,
  };
}

export const shownArea = (index: number): string => `shown-${index}`;
