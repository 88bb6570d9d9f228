import type { TraceReader } from '../../src/store/contracts/trace-reader.ts';
import { MemoryStore } from '../../src/store/memory/memory-store.ts';
import { createTraceReader } from '../../src/store/reading/create-trace-reader.ts';
import { Counters } from '../../src/telemetry/counters.ts';
import { buildRequest, type RequestSpec } from './otlp-request.ts';
import { scannedBatch } from './scanned-batch.ts';

/** The real reader over a store in memory that received these requests, in this order. */
export async function traceReaderOver(...requests: RequestSpec[]): Promise<TraceReader> {
  const store = new MemoryStore({ counters: new Counters() });
  let arrivalFirst = 1;
  for (const request of requests) {
    const batch = scannedBatch(buildRequest(request), { arrivalFirst });
    await store.write(batch);
    arrivalFirst += batch.count;
  }
  return createTraceReader({
    sources: [store],
    statistics: store.statistics,
    storage: () => store.storage(),
  });
}
