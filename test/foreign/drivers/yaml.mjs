/** yaml: a lexer of generators, classes in cycles. */
import * as yaml from 'yaml';
import { surface, taken, tell } from './transcript.mjs';

surface('yaml', yaml, 2);
const TEXTS = [
  'a: 1\nb: [x, {y: z}, "q\\n"]\nc: &anchor\n  - 1.5e3\n  - 0x1f\n  - *anchor\n',
  '# comment\n--- !!map\nkey: |\n  block\n   more\nfold: >-\n  a\n  b\n\n  c\n...\n---\nsecond: ~\n',
  'base: &b {x: 1}\nmerged:\n  <<: *b\n  y: 2\n? [complex, key]\n: value\n',
  '- !!set {a, b}\n- !!binary aGVsbG8=\n- !!timestamp 2026-01-02\n- !own tagged\n- yes\n- .inf\n- 1_000\n',
  'a: 1\na: 2\n',
  'a: [1, 2\nb: }',
  '\t- tab\n',
  'key: "open\n',
  '*missing\n',
  '',
  '- - - - x\n',
  '%YAML 1.1\n---\non: off\n',
];
const OPTIONS = [
  {},
  { version: '1.1', merge: true, keepSourceTokens: true },
  { schema: 'json', strict: false, uniqueKeys: false },
  { intAsBigInt: true, mapAsMap: true },
];
for (const [at, text] of TEXTS.entries()) {
  for (const [which, options] of OPTIONS.entries()) {
    const label = `${at} ${which}`;
    tell(`${label} parse`, () =>
      yaml.parse(text, (_, value) => value, { ...options, logLevel: 'error' }),
    );
    tell(`${label} documents`, () =>
      yaml
        .parseAllDocuments(text, options)
        .map((one) => [one.errors, one.warnings, String(one.errors.length ? '' : one)]),
    );
  }
  await tell(`${at} tokens`, () => taken(new yaml.Lexer().lex(text), 200));
  tell(`${at} cst`, () =>
    [...new yaml.Parser().parse(text)].map((token) => yaml.CST.stringify(token)),
  );
  tell(`${at} in parts`, () => {
    const parser = new yaml.Parser();
    const tokens = [];
    for (const char of text) tokens.push(...parser.parse(char, true));
    tokens.push(...parser.parse('', false));
    return tokens.length;
  });
}
class Point {
  constructor(x) {
    this.x = x;
  }
  toJSON() {
    return { at: this.x };
  }
}
const cyclic = { name: 'c' };
cyclic.self = cyclic;
for (const value of [
  { a: [1, { b: null }], c: 'multi\nline', d: 'true', e: new Date(0) },
  new Map([[{ k: 1 }, new Set([1])]]),
  cyclic,
  new Point(4),
  [[], {}, ''],
  10n,
  Symbol('x'),
  undefined,
  () => 1,
])
  for (const options of [
    {},
    { indent: 4, lineWidth: 20, singleQuote: true, collectionStyle: 'flow', sortMapEntries: true },
  ])
    tell('stringify', () => yaml.stringify(value, options));
tell('visit', () => {
  const document = yaml.parseDocument(TEXTS[0]);
  const seen = [];
  yaml.visit(document, {
    Pair: (_, pair) => {
      seen.push(String(pair.key));
      return pair.key.value === 'b' ? yaml.visit.REMOVE : undefined;
    },
    Scalar: (key, node) => void seen.push([key, node.value]),
  });
  return [seen, String(document)];
});
await tell('visit, async', () =>
  yaml.visitAsync(yaml.parseDocument(TEXTS[1].split('...')[0]), {
    Scalar: async () => {
      await null;
      throw new Error('visited');
    },
  }),
);
tell('edited', () => {
  const document = yaml.parseDocument(TEXTS[0]);
  document.setIn(['b', 1, 'y'], [1]);
  document.addIn(['b'], document.createAlias(document.get('c', true), 'other'));
  document.deleteIn(['a']);
  document.commentBefore = ' top';
  return String(document);
});
tell('tag', () =>
  yaml.parse('!up abc', { customTags: [{ tag: '!up', resolve: (text) => text.toUpperCase() }] }),
);
tell('tag that throws', () =>
  yaml.parse('!up abc', {
    customTags: [
      {
        tag: '!up',
        resolve: () => {
          throw new Error('tag');
        },
      },
    ],
  }),
);
