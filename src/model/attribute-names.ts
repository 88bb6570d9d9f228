/**
 * Semantic conventions rename attributes; senders do not follow at once. Each present-day name with
 * the older ones that mean the same, so that a reader asks for the new name and finds either.
 *
 * Names only: nothing is renamed in what was recorded. Source: the deprecation notes of the
 * OpenTelemetry semantic conventions registry.
 */
import { type Attribute, type AttributeValue, attributeOf } from './attribute.ts';

/** Present-day name → older ones. */
export const OLDER_NAMES: ReadonlyMap<string, readonly string[]> = new Map([
  ['code.file.path', ['code.filepath']],
  ['code.line.number', ['code.lineno']],
  ['code.column.number', ['code.column']],
  ['db.system.name', ['db.system']],
  ['db.query.text', ['db.statement']],
  ['db.operation.name', ['db.operation']],
  ['db.namespace', ['db.name']],
  ['http.request.method', ['http.method']],
  ['http.response.status_code', ['http.status_code']],
  ['url.full', ['http.url']],
  ['server.address', ['http.host', 'net.peer.name']],
  ['gen_ai.provider.name', ['gen_ai.system']],
  ['gen_ai.usage.input_tokens', ['gen_ai.usage.prompt_tokens']],
  ['gen_ai.usage.output_tokens', ['gen_ai.usage.completion_tokens']],
  ['messaging.destination.name', ['messaging.destination']],
  ['service.peer.name', ['peer.service']],
]);

/** The name and its older ones, the newest first. */
export function namesOf(name: string): readonly string[] {
  return [name, ...(OLDER_NAMES.get(name) ?? [])];
}

/** The value under a present-day name, or else under an older one. */
export function readAttribute(
  attributes: readonly Attribute[],
  name: string,
): AttributeValue | undefined {
  return attributeOf(attributes, ...namesOf(name));
}

/** As `readAttribute`, a string that is not empty or else undefined. */
export function readText(attributes: readonly Attribute[], name: string): string | undefined {
  const value = readAttribute(attributes, name);
  return value?.type === 'string' && value.value !== '' ? value.value : undefined;
}

/** `code.function.name`, or the older pair of namespace and function joined by a dot. */
export function readFunctionName(attributes: readonly Attribute[]): string | undefined {
  const name = readText(attributes, 'code.function.name');
  if (name !== undefined) return name;
  const short = readText(attributes, 'code.function');
  const namespace = readText(attributes, 'code.namespace');
  return short !== undefined && namespace !== undefined ? `${namespace}.${short}` : short;
}

/** A value in one line of text, as a search or a person writes it: `200`, `true`, `1.5`, `GET`. */
export function attributeText(value: AttributeValue): string {
  switch (value.type) {
    case 'unset':
      return '';
    case 'string':
      return value.value;
    case 'bytes':
      return Buffer.from(value.value).toString('base64');
    case 'array':
      return `[${value.value.map(attributeText).join(', ')}]`;
    case 'map':
      return `{${value.value.map((entry) => `${entry.key}: ${attributeText(entry.value)}`).join(', ')}}`;
    default:
      return String(value.value);
  }
}
