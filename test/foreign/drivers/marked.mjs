/** marked: one minified module of classes and regular expressions. */
import * as marked from 'marked';
import { surface, tell } from './transcript.mjs';

const TEXTS = [
  '# Title\n\nSome *emphasis*, **strong**, `code`, ~~gone~~ and [a link](http://x.y "t").\n\n> quote\n> more',
  '- a\n  - b\n    1. c\n- [x] done\n\n***\n\n```js\nlet a = 1 < 2;\n```\n\n    indented',
  '| a | b |\n|:--|--:|\n| 1 | `|` |\n\n<div>html *not*</div>\n\n[ref]: http://r.s\n[ref] ![i](j.png) https://auto.link <a@b.c>',
  'Setext\n===\n\nhard  \nbreak\\\nnext &amp; \\* ***nested _deep `x` text_***',
  '[a](<b c> (d)) [e][] ![f][g] **a*b**c* _a__b_ 1) x\n2) y\n\n\n* * *',
  `${'> '.repeat(30)}deep\n\n${'*a '.repeat(60)}`,
];

surface('marked', marked, 2);
for (const [at, text] of TEXTS.entries()) {
  tell(`${at} html`, () => marked.parse(text));
  tell(`${at} breaks`, () => marked.parse(text, { breaks: true, gfm: true }));
  tell(`${at} pedantic`, () => marked.parse(text, { pedantic: true, gfm: false }));
  tell(`${at} inline`, () => marked.parseInline(text));
  tell(`${at} tokens`, () => marked.lexer(text));
}
for (const wrong of [undefined, null, 5, {}]) tell(`wrong ${wrong}`, () => marked.parse(wrong));
const own = new marked.Marked({
  renderer: {
    heading({ tokens, depth }) {
      return `<h${depth} own>${this.parser.parseInline(tokens)}</h${depth}>`;
    },
    link: () => false,
  },
  tokenizer: {
    codespan(source) {
      return source.startsWith('`code`') ? { type: 'codespan', raw: '`code`', text: 'OWN' } : false;
    },
  },
  extensions: [
    {
      name: 'at',
      level: 'inline',
      start: (source) => source.indexOf('@'),
      tokenizer(source) {
        const found = /^@(\w+)/.exec(source);
        return found ? { type: 'at', raw: found[0], who: found[1] } : undefined;
      },
      renderer: ({ who }) => `<at>${who}</at>`,
    },
  ],
  walkTokens: (token) => {
    if (token.type === 'strong') token.type = 'em';
  },
  hooks: { preprocess: (text) => `${text}\n\n@someone`, postprocess: (html) => html.trim() },
});
for (const text of TEXTS) tell('own', () => own.parse(text));
await tell('async', () =>
  new marked.Marked({
    async: true,
    walkTokens: async (token) => {
      await null;
      if (token.type === 'code') throw new Error('no code');
    },
  }).parse(TEXTS[1]),
);
await tell('async, silent', () =>
  new marked.Marked({
    async: true,
    silent: true,
    walkTokens: async () => {
      throw new Error('silent');
    },
  }).parse(TEXTS[0]),
);
tell('a renderer that throws', () =>
  new marked.Marked({
    renderer: {
      strong() {
        throw new Error('no');
      },
    },
  }).parse(TEXTS[0]),
);
