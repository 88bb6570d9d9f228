/** prettier: bundled and minified, in ES modules that are loaded as they are needed. */
import { readFileSync } from 'node:fs';
import * as prettier from 'prettier';
import { leaveOutAsyncFrames, surface, tell } from './transcript.mjs';

const text = (path) => readFileSync(new URL(path, import.meta.url), 'utf8');

const SOURCES = [
  ['babel', text('./transcript.mjs')],
  ['babel', text('./zod.mjs')],
  ['typescript', text('./zod-typescript.ts')],
  ['acorn', text('./semver.cjs')],
  [
    'espree',
    'label: for (const [a, {b = 1, ...c}] of d) { if (a?.b ?? c) continue label; else throw `x` }',
  ],
  ['flow', '// @flow\ntype A = {| a: ?number, ...B |}; export default (x: A): %checks => !!x'],
  [
    'meriyah',
    'class A { static #x = 1; get x() { return A.#x } static { this.y = async function* () { yield* await z } } }',
  ],
  [
    'css',
    'a{color:red;;background:url(x.png)} @media (min-width:100px){.b>.c~d::before{content:"\\201C"}}',
  ],
  ['scss', '@mixin m($a:1){ .x{ &:hover{ width: calc(1px + #{$a}) } } } @include m(2);'],
  ['less', '.m(@a;@b:2){ width:(@a*@b) } .n{ .m(1;2) !important; }'],
  [
    'html',
    '<!doctype html><body><p>Some <b>bold</b> text<ul><li>1<li>2</ul><script>let a=1</script><style>a{b:c}</style>',
  ],
  [
    'vue',
    '<template><div v-for="a in b" :key="a.id" @click="c(a)">{{ a|d }}</div></template><script>export default {data(){return {}}}</script>',
  ],
  ['markdown', '# a\n* b\n* c\n\n|a|b|\n|-|:-:|\n|1|2|\n\n```js\nlet  a=1\n```\n1) x\n2) y'],
  ['yaml', 'a:   1\nb: [x,   y]\nc: &anchor\n    - d: |\n        text\n    - *anchor\n'],
  ['json', '{"a":[1,2,{"b":null}],"c":"d"}'],
  ['graphql', 'query Q($a:Int=1){ a(b:$a){...F @include(if:true)} } fragment F on T{c}'],
  ['babel', 'let a = {'],
  ['css', 'a { color: red'],
  ['typescript', 'interface { }'],
  ['json', '{"a":}'],
  ['nonsense', 'x'],
];

leaveOutAsyncFrames();
surface('prettier', prettier, 1);
for (const [at, [parser, source]] of SOURCES.entries()) {
  for (const options of [
    {},
    { semi: false, singleQuote: true, printWidth: 40, tabWidth: 4, proseWrap: 'always' },
  ]) {
    await tell(`${at} ${parser}`, () => prettier.format(source, { parser, ...options }));
  }
  await tell(`${at} check`, () => prettier.check(source, { parser }));
  await tell(`${at} cursor`, () => prettier.formatWithCursor(source, { parser, cursorOffset: 3 }));
}
await tell('support', async () =>
  (await prettier.getSupportInfo()).languages.map(({ name }) => name),
);
await tell('config', () => prettier.resolveConfig(import.meta.filename));
await tell('file', () => prettier.getFileInfo(import.meta.filename));
