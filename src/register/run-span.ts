/** The span of a whole run of a program, made and sent by whoever ran it. Bound: SEND_MS. */
import type { Attributes } from '@opentelemetry/api';
import { SpanStatusCode } from '@opentelemetry/api';
import type { ExportOptions } from '../sdk/processor-options.ts';
import { SyntonSpanProcessor } from '../sdk/span-processor.ts';
import { packageVersion } from '../telemetry/package-version.ts';
import { CallSpan } from './calls/call-span.ts';
import type { RemoteParent } from './trace-parent.ts';

const SEND_MS = 2_000;

export interface RunSpan {
  readonly destination: ExportOptions;
  readonly serviceName: string;
  readonly name: string;
  readonly attributes: Attributes;
  /** What went wrong; absent where nothing did. */
  readonly failure?: string;
  /** Of the program, where it could not say itself that it is gone. */
  readonly killedPid?: number;
  readonly ids: {
    readonly traceId: string;
    readonly spanId: string;
    readonly traceFlags: number;
  };
  readonly parent: RemoteParent | undefined;
  /** As `performance.now()` counts; so the end. */
  readonly startMs: number;
  readonly endMs: number;
}

/** What became of it. */
export type SentRunSpan = 'taken' | 'refused' | 'late';

/** Resolves when it has arrived, or cannot. */
export async function sendRunSpan(run: RunSpan): Promise<SentRunSpan> {
  const { destination, attributes, name, ids, parent } = run;
  const env = { OTEL_BSP_EXPORT_TIMEOUT: String(SEND_MS), OTEL_BSP_SCHEDULE_DELAY: '1' };
  const processor = new SyntonSpanProcessor(
    { export: destination, persistence: { enabled: false } },
    { env: { ...process.env, ...env }, isMemoryMeant: true },
  );
  const origin = {
    resource: { attributes: { 'service.name': run.serviceName } },
    scope: { name: 'synton/run', version: packageVersion() },
  };
  const span = new CallSpan(origin, name, attributes, ids, parent, run.startMs);
  if (run.failure !== undefined)
    span.setStatus({ code: SpanStatusCode.ERROR, message: run.failure });
  span.close(run.endMs);
  processor.onEnd(span);
  if (run.killedPid !== undefined) await processor.reports?.tellExit(run.killedPid);
  await processor.shutdown();
  if (processor.dropped.forward_refused > 0) return 'refused';
  return (await processor.tryFlush()) ? 'taken' : 'late';
}
