/** What an exception event says, and the frames of its stack. */

import { scalarOf } from './attribute-text.ts';
import type { Attribute } from './attributes.tsx';
import { editorLink } from './code-place.ts';
import type { SpanEvent } from './span-events.tsx';

export interface ErrorTold {
  readonly type: string;
  readonly message: string;
  readonly stack: string;
  /** Nobody recorded it: the status alone says that there was one. */
  readonly isDerived: boolean;
  /** What else the event has. */
  readonly rest: readonly Attribute[];
}

export interface StackFrame {
  readonly line: string;
  /** Of a package, or of the runtime itself. */
  readonly isForeign: boolean;
  readonly href: string | undefined;
}

const TYPE = 'exception.type';
const MESSAGE = 'exception.message';
const STACK = 'exception.stacktrace';
/** As src/projection/span-events.ts marks it. */
const DERIVED = 'synton.derived';
const TOLD: ReadonlySet<string> = new Set([TYPE, MESSAGE, STACK, DERIVED]);
const FOREIGN =
  /node_modules|\bnode:|<anonymous>|site-packages|[\\/]lib[\\/]python|\bjava\.|\bjdk\.|\(internal\//;
/** `(/app/shop.ts:42:7)`, `at file:///app/shop.ts:42:7`. */
const PLACE = /(?:file:\/\/)?(\/[^\s():]+|[A-Za-z]:\\[^\s():]+):(\d+)(?::\d+)?/;

export function errorOf({ attributes }: Pick<SpanEvent, 'attributes'>): ErrorTold {
  const textOf = (name: string): string => {
    const found = attributes.find(({ key }) => key === name);
    return (found && scalarOf(found.value)) ?? '';
  };
  return {
    type: textOf(TYPE),
    message: textOf(MESSAGE),
    stack: textOf(STACK),
    isDerived: textOf(DERIVED) === 'true',
    rest: attributes.filter(({ key }) => !TOLD.has(key)),
  };
}

/** Without the first line where it only says what the error is. */
export function framesOf(stack: string): readonly StackFrame[] {
  const lines = stack.split('\n').filter((line) => line.trim() !== '');
  const begin = lines.findIndex((line) => /^\s*(?:at |File |in )/.test(line));
  return lines.slice(Math.max(0, begin)).map((line) => {
    const isForeign = FOREIGN.test(line);
    const place = isForeign ? null : PLACE.exec(line);
    return {
      line: line.trim(),
      isForeign,
      href: place ? editorLink(place[1]!, `:${place[2]}`) : undefined,
    };
  });
}
