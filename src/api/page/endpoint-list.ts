/** The endpoints as HTML, for people, written from the OpenAPI document, so that it tells nothing else than that does. */
import { openApiDocument } from '../openapi/openapi-document.ts';
import type { Route } from '../routes/route.ts';
import { escapeHtml } from './plain-page.ts';

/** What is used here of the document. */
interface Document {
  readonly info: {
    readonly version: string;
    readonly summary: string;
    readonly description: string;
  };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly description: string;
    readonly example: unknown;
  }[];
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, unknown>> }>
  >;
}

export function endpointList(routes: readonly Route[], version: string): string {
  const { info, tags, paths } = openApiDocument(routes, version) as Document;
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const sections = tags.map(({ name, description }) => {
    const own = all.filter(({ operation }) => operation.tags.includes(name));
    const articles = own.map(({ path, method, operation }) => article(path, method, operation));
    return `<section><h2>${escapeHtml(description)}</h2>\n${articles.join('\n')}</section>`;
  });
  return [
    `<h1>Synton ${escapeHtml(info.version)}: the API</h1>`,
    `<p>${escapeHtml(info.summary)}.</p>`,
    `<p class="soft">${escapeHtml(info.description)}</p>`,
    '<p><a href="/">The page</a> · <a href="/api/v1/instr/openapi.json">OpenAPI 3.1 document</a></p>',
    ...sections,
  ].join('\n');
}

function article(path: string, method: string, operation: Operation): string {
  const { summary, description, parameters } = operation;
  const name = escapeHtml(path);
  // What needs no parameter in its path can be opened as it is.
  const isOpen = method === 'get' && !path.includes('{') && path !== '/';
  const shown = isOpen ? `<a href="${name}">${name}</a>` : name;
  return `<article><h3><code>${escapeHtml(method.toUpperCase())} ${shown}</code></h3>
<p>${escapeHtml(summary)}</p>
<p class="soft">${escapeHtml(description)}</p>${parameterTable(parameters, `${method} ${path}`)}
<p class="soft">${answers(operation)}</p></article>`;
}

function parameterTable(parameters: Operation['parameters'], of: string): string {
  if (parameters.length === 0) return '';
  const rows = parameters.map(
    (one) =>
      `<tr><th scope="row"><code>${escapeHtml(one.name)}</code></th><td>${escapeHtml(one.description)}${
        one.in === 'path' ? ' In the path.' : ''
      }</td><td><code>${escapeHtml(String(one.example))}</code></td></tr>`,
  );
  const count = parameters.length === 1 ? '1 parameter' : `${parameters.length} parameters`;
  return `\n<details><summary>${count}</summary><table aria-label="Parameters of ${escapeHtml(of)}">${rows.join('')}</table></details>`;
}

function answers({ responses }: Operation): string {
  const said = Object.entries(responses)
    .filter(([status]) => status.startsWith('2'))
    .map(([status, { content = {} }]) => `${status} ${Object.keys(content).join(', ')}`);
  return `Answers ${escapeHtml(said.join('; '))}`;
}
