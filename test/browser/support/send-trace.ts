/** A trace of a single span, sent as any program would, for tests that say what arrives and when. */
import { randomBytes } from 'node:crypto';

export interface SentTrace {
  readonly service: string;
  readonly name: string;
  /** @default 20 */
  readonly durationMs?: number;
  /** How long ago it began. @default as long as it took */
  readonly agoMs?: number;
  readonly isFailed?: boolean;
  readonly attributes?: Readonly<Record<string, string>>;
  /** Of an earlier one, for another span of the same trace. */
  readonly traceId?: string;
}

const ERROR = 2;

/** @param http of an OTLP/HTTP receiver @returns the trace id */
export async function sendTrace(http: string, sent: SentTrace): Promise<string> {
  const { service, name, durationMs = 20, agoMs = durationMs, isFailed = false } = sent;
  const { attributes = {}, traceId = randomBytes(16).toString('hex') } = sent;
  const startMs = Date.now() - agoMs;
  const span = {
    ...{ traceId, spanId: randomBytes(8).toString('hex'), name, kind: 2 },
    startTimeUnixNano: `${startMs}000000`,
    endTimeUnixNano: `${startMs + durationMs}000000`,
    attributes: Object.entries(attributes).map(([key, stringValue]) => ({
      key,
      value: { stringValue },
    })),
    ...(isFailed && { status: { code: ERROR, message: 'refused' } }),
  };
  const resource = {
    attributes: [{ key: 'service.name', value: { stringValue: service } }],
  };
  const response = await fetch(`${http}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] }),
  });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  return traceId;
}
