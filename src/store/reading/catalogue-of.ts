/** Services and the operations of each, of a place that may not tell all of them in one look. */
import type { Operation, SpanSource } from '../contracts/span-source.ts';

export async function catalogueOf(
  source: SpanSource,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, readonly Operation[]>> {
  if (source.catalogue !== undefined) return source.catalogue();
  const all = new Map<string, readonly Operation[]>();
  for (const service of await source.services()) {
    signal?.throwIfAborted();
    all.set(service, await source.operations(service));
  }
  return all;
}
