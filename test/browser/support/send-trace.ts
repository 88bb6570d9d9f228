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
  return (await sendTraces(http, [sent]))[0]!;
}

/** In one request. */
export async function sendTraces(http: string, all: readonly SentTrace[]): Promise<string[]> {
  const sent = all.map((one) => ({ traceId: randomBytes(16).toString('hex'), ...one }));
  const resourceSpans = sent.map((one) => ({
    resource: { attributes: attributesOf({ 'service.name': one.service }) },
    scopeSpans: [{ spans: [spanOf(one)] }],
  }));
  const response = await fetch(`${http}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans }),
  });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  return sent.map(({ traceId }) => traceId);
}

function spanOf(sent: SentTrace) {
  const { traceId, name, durationMs = 20, agoMs = durationMs, attributes = {} } = sent;
  const startMs = Date.now() - agoMs;
  return {
    ...{ traceId, spanId: randomBytes(8).toString('hex'), name, kind: 2 },
    startTimeUnixNano: `${startMs}000000`,
    endTimeUnixNano: `${startMs + durationMs}000000`,
    attributes: attributesOf(attributes),
    ...(sent.isFailed === true && { status: { code: ERROR, message: 'refused' } }),
  };
}

const attributesOf = (attributes: Readonly<Record<string, string>>) =>
  Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } }));
