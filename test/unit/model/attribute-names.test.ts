import * as conventions from '@opentelemetry/semantic-conventions/incubating';
import { describe, expect, it } from 'vitest';
import type { Attribute } from '../../../src/model/attribute.ts';
import {
  attributeText,
  namesOf,
  OLDER_NAMES,
  readAttribute,
  readFunctionName,
  readText,
} from '../../../src/model/attribute-names.ts';

function text(key: string, value: string): Attribute {
  return { key, value: { type: 'string', value } };
}

describe('attribute names', () => {
  it('finds a value under its new name or an old one, the new one first', () => {
    const old = [text('db.statement', 'SELECT 1')];
    expect(readText(old, 'db.query.text')).toBe('SELECT 1');
    expect(readText([...old, text('db.query.text', 'SELECT 2')], 'db.query.text')).toBe('SELECT 2');
    expect(readAttribute(old, 'db.namespace')).toBeUndefined();
    expect(namesOf('server.address')).toEqual(['server.address', 'http.host', 'net.peer.name']);
    expect(namesOf('my.own')).toEqual(['my.own']);
  });

  it('reads names that the published conventions have', () => {
    const published = new Set<unknown>(Object.values(conventions));
    expect([...OLDER_NAMES.keys()].filter((name) => !published.has(name))).toEqual([]);
  });

  it('joins the older namespace and function', () => {
    const older = [text('code.namespace', 'Cart'), text('code.function', 'add')];
    expect(readFunctionName(older)).toBe('Cart.add');
    expect(readFunctionName([text('code.function', 'add')])).toBe('add');
    expect(readFunctionName([text('code.function.name', 'Cart#add'), ...older])).toBe('Cart#add');
    expect(readFunctionName([])).toBeUndefined();
  });

  it('writes any value in one line', () => {
    expect(attributeText({ type: 'unset' })).toBe('');
    expect(attributeText({ type: 'int', value: 2n ** 63n - 1n })).toBe('9223372036854775807');
    expect(attributeText({ type: 'bytes', value: Uint8Array.of(1, 2, 3) })).toBe('AQID');
    expect(
      attributeText({
        type: 'map',
        value: [
          { key: 'a', value: { type: 'array', value: [{ type: 'double', value: 1.5 }] } },
          text('b', 'x'),
        ],
      }),
    ).toBe('{a: [1.5], b: x}');
  });
});
