/** Words of the trace page. */
export const traceText = {
  timeline: { title: 'Timeline' },
} as const;
