/** What formats say of a span beside its name: whom it called, what went wrong, what it passed. */
import { type Attribute, attributeOf } from '../../model/attribute.ts';
import { attributeText, readAttribute, readText } from '../../model/attribute-names.ts';
import type { TraceEvent, TraceSpan } from '../../model/trace-span.ts';
import { OUTLIVES_BY_NANO } from '../../projection/outline-trace.ts';
import type { ProjectedTrace, TraceNode } from '../../projection/project-trace.ts';

/** Who was called: a database, a host, a queue, a model; undefined where the span called nobody outside. */
export function peerOf(span: TraceSpan): string | undefined {
  const { attributes } = span;
  if (span.kind === 'DatabaseQuery') {
    return (
      readText(attributes, 'db.system.name') ?? readText(attributes, 'server.address') ?? 'database'
    );
  }
  if (span.kind !== 'ExternalCall') return undefined;
  return (
    readText(attributes, 'service.peer.name') ??
    readText(attributes, 'messaging.destination.name') ??
    readText(attributes, 'gen_ai.provider.name') ??
    readText(attributes, 'server.address') ??
    hostOf(readText(attributes, 'url.full'))
  );
}

/** What tells one call of an operation from another. */
const TARGET_NAMES = [
  ...['url.full', 'url.path', 'http.request.method', 'server.address', 'server.port'],
  ...['db.system.name', 'db.namespace', 'db.collection.name', 'db.query.text'],
  ...['messaging.destination.name', 'rpc.service', 'rpc.method'],
  ...['gen_ai.request.model', 'gen_ai.tool.name', 'synton.args'],
] as const;

/** What a call was for, to be compared: two calls with equal ones may still differ where it is not known whole. */
export function targetOf({ attributes }: TraceSpan): string {
  return JSON.stringify(
    TARGET_NAMES.map((name) => {
      const value = readAttribute(attributes, name);
      return value === undefined ? null : attributeText(value);
    }),
  );
}

/** Whether equal targets mean one and the same. */
export function isTargetKnown({ attributes }: TraceSpan): boolean {
  return [readAttribute(attributes, 'url.full'), attributeOf(attributes, 'synton.args')].some(
    (value) => value !== undefined,
  );
}

/** `PspError: 503 Service Unavailable`; the event's own name where it says nothing of the exception. */
export function errorText(event: TraceEvent): string {
  const type = text(event.attributes, 'exception.type');
  const message = text(event.attributes, 'exception.message');
  return [type, message].filter((part) => part !== '').join(': ') || event.name;
}

/** The HTTP status code, where there is one. */
export function httpStatus(span: TraceSpan): string | undefined {
  const value = readAttribute(span.attributes, 'http.response.status_code');
  return value === undefined ? undefined : attributeText(value);
}

/** `HTTP 503`; undefined where the answer was no error. */
export function httpFailure(span: TraceSpan): string | undefined {
  const code = httpStatus(span);
  return code !== undefined && Number(code) >= 400 ? `HTTP ${code}` : undefined;
}

/** What its parent did not wait for, in one service: with two, clocks and queues have their say. */
export function outlivesParent(node: TraceNode, parent: TraceNode | undefined): boolean {
  if (parent === undefined || parent.span.service !== node.span.service) return false;
  if (parent.span.status === 'Running' || node.span.status === 'Running') return false;
  return node.endUnixNano > parent.endUnixNano + OUTLIVES_BY_NANO;
}

/** `file:line` where a span stands: of its last checkpoint that says so, else of its start. */
export function placeOf(span: TraceSpan): string | undefined {
  const told = span.events.filter(({ type }) => type === 'Checkpoint').map((e) => e.attributes);
  for (const attributes of [...told.reverse(), span.attributes]) {
    const file = readText(attributes, 'code.file.path');
    if (file === undefined) continue;
    const line = readAttribute(attributes, 'code.line.number');
    return line === undefined ? file : `${file}:${attributeText(line)}`;
  }
  return undefined;
}

/** The node above a row, wherever it is; undefined above a root. */
export function parentOf(trace: ProjectedTrace, row: number): TraceNode | undefined {
  const above = trace.outline.parent[row]!;
  return above < 0 ? undefined : trace.node(above);
}

function text(attributes: readonly Attribute[], key: string): string {
  const value = attributeOf(attributes, key);
  return value === undefined ? '' : attributeText(value);
}

function hostOf(url: string | undefined): string | undefined {
  return url !== undefined && URL.canParse(url) ? new URL(url).host || undefined : undefined;
}
