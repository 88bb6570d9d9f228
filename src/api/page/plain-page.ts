/** A page of text: for what has to be readable when the page itself is not there. No script; one style sheet, named by its hash. */
import { createHash } from 'node:crypto';
import { PAGE_HEADERS } from './page-headers.ts';

const STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#1c2024, #e6e8eb); --soft: light-dark(#5b6269, #9ba1a6);
  --line: light-dark(#dfe3e6, #33383d); --ground: light-dark(#fff, #16181a); --link: light-dark(#0b5cad, #7cb8ff);
  --code: light-dark(#f3f5f6, #202427); }
body { margin: 0 auto; padding: 24px 16px 64px; max-width: 60rem; background: var(--ground); color: var(--ink);
  font: 13px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 22px; margin: 0 0 8px; } h2 { font-size: 16px; margin: 32px 0 8px; }
p { margin: 4px 0; } a { color: var(--link); } a:focus-visible, summary:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
code { font: 12px/1.5 ui-monospace, monospace; background: var(--code); padding: 1px 4px; border-radius: 3px; }
article { border-top: 1px solid var(--line); padding: 12px 0; } h3 { font-size: 13px; margin: 0; }
h3 code { font-weight: 600; } .soft { color: var(--soft); } summary { cursor: pointer; color: var(--soft); margin: 4px 0; }
table { border-collapse: collapse; margin: 4px 0 8px; } th, td { text-align: left; vertical-align: top; padding: 3px 16px 3px 0; font-weight: normal; }
th { white-space: nowrap; } @media (max-width: 40rem) { th, td { display: block; padding: 2px 0; } }
`;

const HEADERS = {
  ...PAGE_HEADERS,
  'cache-control': 'no-store',
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
    // The empty icon, so that none is asked for.
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
} as const;

/** @param body HTML: what comes from elsewhere is escaped in it */
export function plainPage(title: string, body: string, status = 200): Response {
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
<main>
${body}
</main>
</html>
`;
  const headers = { ...HEADERS, 'content-length': String(Buffer.byteLength(html)) };
  return new Response(html, { status, headers });
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
