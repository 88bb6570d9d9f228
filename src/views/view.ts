import type { TraceReader } from '../store/contracts/trace-reader.ts';

/**
 * A question and its answer: a pure function of a reader. `parseParams` takes what a URL or a caller
 * gave and throws InvalidParameter or InvalidTraceId; `render` throws TraceNotFound where its subject
 * is unknown. Results are plain data with bigints; views/json.ts writes them.
 */
export interface View<Params, Result> {
  readonly name: string;
  parseParams(raw: unknown): Params;
  render(reader: TraceReader, params: Params, signal: AbortSignal): Promise<Result>;
}
