/** Words of the services view. */
import { plural } from './plural.ts';

export const servicesText = {
  title: 'Services',
  view: { label: 'Show as', map: 'Map', table: 'Table' },
  zoom: { in: 'Closer', out: 'Further', fit: 'Fit' },
  map: {
    label: 'Map of services',
    keys: 'Arrow keys go from one to the next, Enter tells of it, plus and minus come closer and go further, 0 shows all. Drag to move.',
  },
  types: {
    service: 'service',
    database: 'database',
    messaging: 'messages',
    external: 'outside',
  },
  protocols: {
    http: 'HTTP',
    rpc: 'RPC',
    database: 'query',
    messaging: 'messages',
    other: 'call',
  },
  node: (name: string, type: string, rate: string, errors: string, p95: string) =>
    `${name}, ${type}, ${rate}, ${errors} errors, p95 ${p95}`,
  edge: (from: string, to: string, rate: string, errors: string, p95: string) =>
    `${from} calls ${to}: ${rate}, ${errors} errors, p95 ${p95}`,
  p95: (value: string) => `p95 ${value}`,
  panel: {
    close: 'Close',
    rate: 'how often',
    errors: 'errors',
    spans: 'spans in the range',
    p50: 'p50',
    p95: 'p95',
    p99: 'p99',
    traces: 'Traces',
    failed: 'Failed traces',
    statistics: 'Statistics',
    calledBy: 'Called by',
    calls: 'Calls',
    operations: 'Operations',
    nobody: 'nobody that was seen',
    nothing: 'nothing that was seen',
    more: (rest: number) => `and ${rest} more`,
  },
  table: {
    services: 'Services and what they use',
    calls: 'Who calls whom',
    name: 'name',
    type: 'what',
    rate: 'spans',
    callRate: 'calls',
    errors: 'errors',
    p50: 'p50',
    p95: 'p95',
    p99: 'p99',
    from: 'from',
    to: 'to',
    how: 'how',
    more: (shown: number, all: number) => `the ${shown} busiest of ${all}`,
  },
  foot: {
    nodes: 'Numbers of services count every span of the range.',
    complete: (traces: string, spans: string) =>
      traces === '1'
        ? `Calls were read from the one trace of it that is kept, ${plural(spans, 'span', 'spans')}.`
        : `Calls were read from all ${traces} traces of it that are kept, ${spans} spans.`,
    part: (traces: string, spans: string, until: string) =>
      `Calls were read from the newest ${traces} traces, ${spans} spans, back to ${until}; what is older was not looked at.`,
    thickness: 'A line is as thick as there are calls, and red as far as they fail.',
  },
  empty: 'No service sent anything in this time',
  keys: {
    title: 'Services',
    view: 'Map or table',
    closer: 'Closer',
    further: 'Further',
    fit: 'Show all',
    close: 'Close the panel',
    refresh: 'Ask again',
  },
} as const;
