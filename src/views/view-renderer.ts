/**
 * Where a view is asked for: REST, the terminal, a program that holds a processor. Which thread answers, and
 * what it reads, is the composition root's business.
 */
export interface ViewRenderer {
  /**
   * The view's result: plain data with bigints, owned by the caller.
   * @throws InvalidParameter, InvalidTraceId, TraceNotFound, as the view does
   */
  render<Result>(view: string, params: unknown, signal?: AbortSignal): Promise<Result>;
  /** The same as JSON text: nanoseconds as decimal strings (views/json.ts). */
  renderJson(view: string, params: unknown, signal?: AbortSignal): Promise<string>;
}
