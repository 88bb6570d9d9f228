/**
 * Every word that the page says, in one place, so that it can be said in another language. A view adds a group of its own. Functions
 * where words stand around a value.
 */
export const text = {
  product: 'synton',
  nav: {
    label: 'Views',
    skip: 'Skip to content',
    traces: 'Traces',
    trace: 'Trace',
    statistics: 'Statistics',
    services: 'Services',
    api: 'API',
  },
  theme: {
    label: (now: string) => `Theme: ${now}`,
    auto: 'as the system',
    light: 'light',
    dark: 'dark',
  },
  palette: {
    open: 'Go to or do…',
    label: 'Commands',
    placeholder: 'View, service, trace id, what to do',
    empty: 'Nothing goes by that name.',
  },
  keys: {
    title: 'Keys',
    open: 'Keys of this view',
    everywhere: 'Everywhere',
    close: 'Close',
  },
  saved: {
    title: 'Save this view',
    name: 'Name',
    hint: 'With its filters, its time and all that its link holds. “Go to or do…” finds it by its name. It stays in this browser.',
    save: 'Save',
    one: 'saved view',
    forget: (name: string) => `Forget the saved view “${name}”`,
  },
  connection: {
    lost: 'Synton does not answer. It may have been stopped; what you see is as it was, and goes on when it is back.',
    retry: 'Try now',
    live: (rate: string) => `live, ${rate} spans a second`,
    quiet: 'live, nothing arrives',
    off: 'not connected',
  },
  problem: {
    unreachable: 'Synton does not answer',
    unreachableDetail: 'Is it running? Start it with: synton',
    malformed: 'The answer could not be read',
    retry: 'Try again',
    status: (status: number) => `HTTP ${status}`,
    crashed: 'This view met an error of its own',
    crashedDetail: 'The rest of the page works. What happened:',
    codeGone: 'The code of this view could not be had',
    codeGoneDetail:
      'Either Synton does not answer, or it is of another version than when this page was opened. Load the page anew.',
    notFound: 'There is no such page',
    notFoundDetail: (path: string) => `Nothing is at ${path}.`,
    toTraces: 'All traces',
  },
  loading: 'Loading…',
  asOf: (clock: string) => `as of ${clock}`,
  refresh: 'Refresh',
  cancel: 'Cancel',
  copy: { copy: 'Copy', copied: 'Copied', failed: 'The browser does not let the page copy' },
  time: {
    justNow: 'now',
    ago: (span: string) => `${span} ago`,
    ahead: (span: string) => `in ${span}`,
    running: 'running',
  },
  status: { Running: 'running', Completed: 'completed', Failed: 'failed', stale: 'stale' },
  kind: {
    Function: 'function',
    AsyncTask: 'task',
    DatabaseQuery: 'query',
    ExternalCall: 'call out',
  },
} as const;
