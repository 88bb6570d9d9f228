/**
 * Programs of every kind of function, for tests that a rewritten program does what it did: text that calls
 * `log` with all it can tell of itself, the order of what happens on the event loop too. Two runs log the same.
 */
import fc from 'fast-check';

/** What the innermost function may do besides. */
type Kind = 'sync' | 'async' | 'generator' | 'asyncGenerator';

const KINDS: readonly Kind[] = ['sync', 'async', 'generator', 'asyncGenerator'];

const join = (...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...parts).map((texts) => texts.join(''));
const text = (value: string): fc.Arbitrary<string> => fc.constant(value);

function value(kind: Kind, depth: number): fc.Arbitrary<string> {
  const leaves = [
    ...[
      '1',
      "'t'",
      'a',
      'b',
      'arguments.length',
      '[a, b].join()',
      '({ a, b }).b',
      'void 0',
      '(a, b)',
    ],
    ...['typeof this', '`x$' + '{a}y`', '(() => {}).name', '(() => { return () => {} })().name'],
  ].map(text);
  if (depth === 0) return fc.oneof(...leaves);
  const inner = value(kind, depth - 1);
  const pauses =
    kind === 'sync'
      ? []
      : [
          ...(kind === 'generator' ? [] : [join(text('(await '), inner, text(')'))]),
          ...(kind === 'async' ? [] : [join(text('(yield '), inner, text(')')), text('(yield)')]),
        ];
  return fc.oneof(
    ...leaves,
    ...pauses,
    join(text('((x) => '), value('sync', depth - 1), text(')(2)')),
    join(
      text('(({ p, q = 3 }, [r] = [4], ...s) => '),
      text('p + q + r + s.length'),
      text(')({ p: 1 })'),
    ),
    join(
      text('(function named(x, y = x) { return '),
      value('sync', depth - 1),
      text(' }).call(7, 5)'),
    ),
    join(text('[...(function* () { '), statement('generator', depth - 1), text(' })()].length')),
    text('(async () => ({ deep: 1 }))() instanceof Promise'),
    text(
      'new (class { #z = 6; get z() { return this.#z } static make() { return new.target } })().z',
    ),
    text(
      'new (class extends Array { constructor(n) { const m = n; super(m); } size() { return super.concat([1]).length } })(2).size()',
    ),
  );
}

function statement(kind: Kind, depth: number): fc.Arbitrary<string> {
  const shown = join(text('log('), value(kind, Math.min(depth, 1)), text(')'));
  const leaves = [
    shown,
    join(text('return '), value(kind, Math.min(depth, 1))),
    text('return'),
    text('return[a,b]'),
    text('throw[a]'),
    text("throw new Error('e' + a)"),
    text('throw (a, b)'),
    text('a = b, b = a + 1'),
    text('null.missing'),
    ...(kind === 'async' || kind === 'asyncGenerator' ? [text('await 0'), text('await null')] : []),
    ...(kind.endsWith('enerator') ? [text('yield a'), text('yield* [1, b]')] : []),
  ];
  if (depth === 0) return fc.oneof(...leaves);
  const body = block(kind, depth - 1);
  return fc.oneof(
    ...leaves,
    join(text('if (a != b) '), statement(kind, depth - 1), text('\nelse '), statement(kind, 0)),
    join(text('if (b) {'), body, text('} else {'), body, text('}')),
    join(text('for (let i = 0; i < 2; i++) {'), body, text('}')),
    join(
      text(
        'outer: for (const v of [1, 2]) { for (;;) { if (v == a) continue outer; log(v)\n break outer } }',
      ),
    ),
    join(text('try {'), body, text('} catch (e) {log(String(e));'), body, text('}')),
    join(
      text('try {'),
      body,
      text('} catch {'),
      body,
      text('} finally {log(9);'),
      block(kind, 0),
      text('}'),
    ),
    join(text('try {'), body, text('} finally {log(8)}')),
    join(text('switch (b) { case 2: '), body, text('; default: '), body, text('}')),
    join(
      text('{ function inner(c) {'),
      block('sync', depth - 1),
      text('}\nlog(inner.name + inner.length)\ntry { log(inner(b)) } catch (e) { log(e) } }'),
    ),
    join(
      text('{ class C { m(v) {'),
      block('sync', depth - 1),
      text(
        '} static s() { "use strict"; return this === C } set v(w) { log(w) } }\nlog(C.s()), new C().v = a\ntry { log(new C().m(a)) } catch (e) { log(e) } }',
      ),
    ),
    join(
      text('{ function* g(n) {'),
      block('generator', depth - 1),
      text(
        '}\nlet n = 0; try { for (const v of g(a)) { log(v); if (n++ > 1) break } } catch (e) { log(e) } }',
      ),
    ),
    ...(kind === 'async' || kind === 'asyncGenerator'
      ? [
          join(
            text('{ async function* ag() {'),
            block('asyncGenerator', depth - 1),
            text('}\nlet n = 0; for await (const v of ag()) { log(v); if (n++ > 1) break } }'),
          ),
          join(
            text('{ const f = async (c = b) => {'),
            block('async', depth - 1),
            text('}\nawait f()\nlog(3) }'),
          ),
          join(text('{ const f = async () => '), value('async', depth - 1), text('\nreturn f() }')),
        ]
      : []),
  );
}

function block(kind: Kind, depth: number): fc.Arbitrary<string> {
  return fc.array(statement(kind, depth), { maxLength: 3 }).map((all) => all.join('\n'));
}

const HEADS: Readonly<Record<Kind, string>> = {
  sync: 'function',
  async: 'async function',
  generator: 'function*',
  asyncGenerator: 'async function*',
};

/** The body of a function of `log` that returns a promise: it is settled when nothing goes on any more. */
export const randomProgram: fc.Arbitrary<string> = fc
  .array(
    fc
      .constantFrom(...KINDS)
      .chain((kind) => fc.record({ kind: fc.constant(kind), body: block(kind, 2) })),
    { minLength: 1, maxLength: 3 },
  )
  .chain((functions) => fc.tuple(fc.constant(functions), fc.constantFrom("'use strict'", '')))
  .map(([functions, prologue]) => {
    const lines = functions.flatMap(({ kind, body }, index) => [
      `${HEADS[kind]} f${index}(a, b = 2, ...rest) {`,
      body,
      '}',
      `log(f${index}.name + f${index}.length)`,
      `runs.push(use(f${index}, 1), use(f${index}, 2))`,
    ]);
    return [
      prologue,
      'const runs = []',
      'async function use(f, a) {',
      '  try {',
      '    const made = f.call(5, a)',
      '    if (made && made.next) { let n = 0; for await (const v of made) { log(v); if (n++ > 2) break } }',
      '    else log(await made)',
      '  } catch (e) { log(String(e)) }',
      '}',
      ...lines,
      'return Promise.all(runs)',
    ].join('\n');
  });
