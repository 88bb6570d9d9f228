import { describe, expect, it } from 'vitest';
import type { AttributeValue } from '../../../src/model/attribute.ts';
import { classifySpanKind, classifySpanRole } from '../../../src/model/classify-span-kind.ts';
import type { OtelKind } from '../../../src/model/span-kind.ts';

type Given = Record<string, string | boolean | bigint>;

function lookup(given: Given): (key: string) => AttributeValue | undefined {
  return (key) => {
    const value = given[key];
    if (value === undefined) return undefined;
    if (typeof value === 'string') return { type: 'string', value };
    if (typeof value === 'boolean') return { type: 'bool', value };
    return { type: 'int', value };
  };
}

describe('the kind of a span', () => {
  it.each<[OtelKind, string, Given, string]>([
    ['internal', 'f', {}, 'Function'],
    ['unspecified', 'f', {}, 'Function'],
    ['client', 'GET', {}, 'ExternalCall'],
    ['producer', 'orders send', {}, 'ExternalCall'],
    ['server', 'GET /', {}, 'AsyncTask'],
    ['consumer', 'orders process', {}, 'AsyncTask'],
    ['client', 'SELECT', { 'db.system.name': 'postgresql' }, 'DatabaseQuery'],
    ['client', 'SELECT', { 'db.system': 'mysql' }, 'DatabaseQuery'],
    ['internal', 'query', { 'db.statement': 'SELECT 1' }, 'DatabaseQuery'],
    ['internal', 'query', { 'db.query.text': 'SELECT 1' }, 'DatabaseQuery'],
    ['internal', 'chat gpt', { 'gen_ai.operation.name': 'chat' }, 'ExternalCall'],
    ['internal', 'embed', { 'openinference.span.kind': 'EMBEDDING' }, 'ExternalCall'],
    ['internal', 'claude_code.llm_request', {}, 'ExternalCall'],
    ['internal', 'plan', { 'gen_ai.operation.name': 'invoke_agent' }, 'AsyncTask'],
    ['internal', 'flow', { 'traceloop.span.kind': 'workflow' }, 'AsyncTask'],
    ['internal', 'later', { 'synton.async': true }, 'AsyncTask'],
    ['internal', 'now', { 'synton.async': false }, 'Function'],
    ['internal', 'grep', { 'gen_ai.operation.name': 'execute_tool' }, 'Function'],
    ['internal', 'mine', { 'gen_ai.operation.name': 'my_own_operation' }, 'Function'],
  ])('%s %s %o is %s', (otelKind, name, attributes, kind) => {
    expect(classifySpanKind(otelKind, name, lookup(attributes))).toBe(kind);
  });

  it('takes the first rule that matches', () => {
    const everything = { 'synton.kind': 'Function', 'db.system': 'redis', 'synton.async': true };
    expect(classifySpanKind('client', 'GET', lookup(everything))).toBe('Function');
    expect(
      classifySpanKind('server', 'GET', lookup({ ...everything, 'synton.kind': 'Nonsense' })),
    ).toBe('DatabaseQuery');
    expect(classifySpanKind('server', 'x', lookup({ 'gen_ai.operation.name': 'chat' }))).toBe(
      'ExternalCall',
    );
  });
});

describe('the role of a span', () => {
  it.each<[OtelKind, string, Given, string | undefined]>([
    ['internal', 'f', {}, undefined],
    ['server', 'GET /', {}, 'server'],
    ['client', 'chat', { 'gen_ai.operation.name': 'chat' }, 'llm'],
    ['internal', 'grep', { 'gen_ai.operation.name': 'execute_tool' }, 'tool'],
    ['client', 'agent', { 'gen_ai.operation.name': 'invoke_agent' }, 'agent'],
    ['internal', 'tool_call', {}, 'tool'],
    ['internal', 'x', { 'openinference.span.kind': 'TOOL' }, 'tool'],
  ])('%s %s %o is %s', (otelKind, name, attributes, role) => {
    expect(classifySpanRole(otelKind, name, lookup(attributes))).toBe(role);
  });
});
