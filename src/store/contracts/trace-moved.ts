/** What a trace was read from is not where it was any more: read it anew. */
export class TraceMoved extends Error {
  override readonly name = 'TraceMoved';

  constructor() {
    super('the trace changed while it was read');
  }
}
