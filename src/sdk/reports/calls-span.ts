/** The span that tells of all calls of a program: what it is called, and which number its id is made of. Calls are numbered from 1. */
export const CALLS_SPAN = { name: 'synton.calls', number: 0 } as const;
