/** Words of the range picker. */
export const rangeText = {
  label: 'Time range',
  last: (span: string) => `last ${span}`,
  units: { m: 'min', h: 'h', d: 'd' } as Readonly<Record<string, string>>,
  all: 'all there is',
  between: (from: string, to: string) => `${from} – ${to}`,
  since: (from: string) => `since ${from}`,
  until: (to: string) => `until ${to}`,
  choose: 'from … to …',
  title: 'A range of time',
  from: 'From',
  to: 'To',
  hint: 'Times of your own time zone. An end left open goes on.',
  wrong: 'The end has to lie after the beginning.',
  use: 'Show this range',
  nothing: {
    detail: 'Choose a longer range, or send spans: the first view says how.',
    longer: 'Show the last 7 days',
    toTraces: 'How to send the first span',
  },
} as const;
