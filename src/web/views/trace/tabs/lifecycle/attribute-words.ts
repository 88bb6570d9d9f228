/** Attributes of an event in the words of a line. */
import type { LifecycleEvent } from '../../../../data/wire.ts';
import { plain, scalarOf } from '../../details/attribute-text.ts';

type Attributes = LifecycleEvent['attributes'];

const ATTRIBUTES_SHOWN = 6;
const VALUE_MAX = 80;

/** `{items: 24, total: 1}`, without what the line says elsewhere: its name, its place. Empty where there is none. */
export function attributeWords({ name, attributes }: LifecycleEvent): string {
  const own = attributes.filter(
    ({ key, value }) => scalarOf(value) !== name && !key.startsWith('code.'),
  );
  const shown = own
    .slice(0, ATTRIBUTES_SHOWN)
    .map(({ key, value }) => `${key}: ${cut(scalarOf(value) ?? JSON.stringify(plain(value)))}`);
  if (shown.length === 0) return '';
  return `{${shown.join(', ')}${own.length > ATTRIBUTES_SHOWN ? ', …' : ''}}`;
}

/** `charge.ts:88` */
export function codePlace(attributes: Attributes): string | undefined {
  const text = (...names: readonly string[]): string | undefined => {
    const found = attributes.find(({ key }) => names.includes(key));
    return found && scalarOf(found.value);
  };
  const file = text('code.file.path', 'code.filepath')?.split(/[\\/]/).at(-1);
  if (file === undefined) return undefined;
  const line = text('code.line.number', 'code.lineno');
  return line === undefined ? file : `${file}:${line}`;
}

/** Its last two parts tell files apart. */
export const shortPath = (path: string): string => path.split(/[\\/]/).slice(-2).join('/');

function cut(text: string): string {
  const line = firstLine(text);
  return line.length > VALUE_MAX ? `${line.slice(0, VALUE_MAX)}…` : line;
}

export function firstLine(text: string): string {
  const end = text.indexOf('\n');
  return end < 0 ? text : `${text.slice(0, end)} …`;
}
