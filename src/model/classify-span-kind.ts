/**
 * The rule that tells a span's kind, first match wins, and its role beside it.
 *
 * Pure: it sees the OTel kind, the name and a look-up of attributes by their exact key. One case is
 * out of its sight: a Function that outlives its parent is an AsyncTask (projection/project-trace.ts).
 * The scanner has the same rule on bytes; a test holds the two together.
 */
import type { AttributeValue } from './attribute.ts';
import { type OtelKind, SPAN_KINDS, type SpanKind, type SpanRole } from './span-kind.ts';

export type AttributeLookup = (key: string) => AttributeValue | undefined;

const DATABASE_KEYS = ['db.system.name', 'db.system', 'db.query.text', 'db.statement'] as const;
const MODEL_OPERATIONS = new Set(['chat', 'text_completion', 'generate_content', 'embeddings']);
const TASK_OPERATIONS = new Set(['invoke_agent', 'invoke_workflow']);
const MODEL_SPAN_NAMES = new Set(['claude_code.llm_request', 'llm_call']);
const MODEL_KINDS = new Set(['LLM', 'EMBEDDING']);

const ROLE_OF_OPERATION: ReadonlyMap<string, SpanRole> = new Map([
  ['invoke_agent', 'agent'],
  ['create_agent', 'agent'],
  ['invoke_workflow', 'agent'],
  ['execute_tool', 'tool'],
]);
const ROLE_OF_NAME: ReadonlyMap<string, SpanRole> = new Map([
  ['agent_call', 'agent'],
  ['tool_call', 'tool'],
  ['claude_code.tool', 'tool'],
  ['claude_code.tool.execution', 'tool'],
]);
const ROLE_OF_OPENINFERENCE: ReadonlyMap<string, SpanRole> = new Map([
  ['AGENT', 'agent'],
  ['TOOL', 'tool'],
]);
const ROLE_OF_TRACELOOP: ReadonlyMap<string, SpanRole> = new Map([
  ['agent', 'agent'],
  ['workflow', 'agent'],
  ['tool', 'tool'],
]);

export function classifySpanKind(
  otelKind: OtelKind,
  name: string,
  attribute: AttributeLookup,
): SpanKind {
  return explicitSpanKind(attribute) ?? impliedKind(otelKind, name, attribute);
}

/** The kind that `synton.kind` names: nothing overrules it. */
export function explicitSpanKind(attribute: AttributeLookup): SpanKind | undefined {
  const given = textOf(attribute('synton.kind'));
  return SPAN_KINDS.find((kind) => kind === given);
}

/** What the span was to others: decided by what it says of itself, then by its OTel kind. */
export function classifySpanRole(
  otelKind: OtelKind,
  name: string,
  attribute: AttributeLookup,
): SpanRole | undefined {
  const said =
    ROLE_OF_OPERATION.get(textOf(attribute('gen_ai.operation.name'))) ??
    ROLE_OF_OPENINFERENCE.get(textOf(attribute('openinference.span.kind'))) ??
    ROLE_OF_TRACELOOP.get(textOf(attribute('traceloop.span.kind'))) ??
    ROLE_OF_NAME.get(name);
  if (said !== undefined) return said;
  if (isModelCall(name, attribute)) return 'llm';
  return otelKind === 'unspecified' || otelKind === 'internal' ? undefined : otelKind;
}

function impliedKind(otelKind: OtelKind, name: string, attribute: AttributeLookup): SpanKind {
  if (DATABASE_KEYS.some((key) => attribute(key) !== undefined)) return 'DatabaseQuery';
  if (otelKind === 'client' || otelKind === 'producer') return 'ExternalCall';
  if (isModelCall(name, attribute)) return 'ExternalCall';
  if (otelKind === 'server' || otelKind === 'consumer') return 'AsyncTask';
  if (TASK_OPERATIONS.has(textOf(attribute('gen_ai.operation.name')))) return 'AsyncTask';
  const traceloop = textOf(attribute('traceloop.span.kind'));
  if (traceloop === 'workflow' || traceloop === 'agent') return 'AsyncTask';
  return isTrue(attribute('synton.async')) ? 'AsyncTask' : 'Function';
}

function isModelCall(name: string, attribute: AttributeLookup): boolean {
  return (
    MODEL_OPERATIONS.has(textOf(attribute('gen_ai.operation.name'))) ||
    MODEL_KINDS.has(textOf(attribute('openinference.span.kind'))) ||
    MODEL_SPAN_NAMES.has(name)
  );
}

function textOf(value: AttributeValue | undefined): string {
  return value?.type === 'string' ? value.value : '';
}

function isTrue(value: AttributeValue | undefined): boolean {
  return value?.type === 'bool' && value.value;
}
