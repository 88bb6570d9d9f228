/** The trace as text in one of the export's formats: read in windowed lines, searched, copied, downloaded. */
import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { useKeys } from '../../../../app/keys.ts';
import { param, setParams } from '../../../../app/location.ts';
import { spanIdAt } from '../../../../data/outline.ts';
import { useResource } from '../../../../data/use-resource.ts';
import { formatCount } from '../../../../format/count.ts';
import { Button } from '../../../../parts/button.tsx';
import { CopyButton } from '../../../../parts/copy-button.tsx';
import { Problem } from '../../../../parts/problem.tsx';
import { text } from '../../../../text/en.ts';
import { tabsText } from '../../../../text/tabs-en.ts';
import type { TraceTabProps } from '../../trace-tab.ts';
import { RawLines } from './raw-lines.tsx';
import { askRaw, fileNameOf, isJson, RAW_FORMATS, type RawPage } from './raw-pages.ts';
import './raw-trace.css';

/** Pages that are held at once; the rest is for the API. */
const PAGES_MAX = 20;
const said = tabsText.raw;

export function RawTrace({ model }: TraceTabProps) {
  const format = RAW_FORMATS.find((name) => name === param('format')) ?? 'synton';
  const outline = model.outline.value;
  const focus = model.focusRow.value;
  const subtree = focus < 0 || outline === undefined ? undefined : spanIdAt(outline, focus);
  const [wanted, setWanted] = useState({ of: '', pages: 1 });
  const what = JSON.stringify([model.traceId, format, subtree]);
  const pagesWanted = wanted.of === what ? wanted.pages : 1;
  const held = useRef<{ what: string; revision: string; pages: RawPage[] }>(undefined as never);
  const revision = outline?.revision ?? '';
  const { data, error, isLoading, reload } = useResource(
    JSON.stringify([what, revision, pagesWanted]),
    async (signal) => {
      const known = held.current;
      const isSame = known?.what === what && known.revision === revision;
      const pages = isSame ? [...known.pages] : [];
      while (pages.length < pagesWanted && (pages.length === 0 || pages.at(-1)!.next)) {
        const after = pages.at(-1)?.next;
        const more = { ...(subtree && { subtree }), ...(after && { after }) };
        pages.push(await askRaw(model.traceId, format, { ...more, signal }));
      }
      held.current = { what, revision, pages };
      return { pages, what };
    },
  );
  const pages = data?.what === what ? data.pages : [];
  const hasNext = pages.at(-1)?.next !== undefined && pages.length < PAGES_MAX;
  const readOn = (): void => setWanted({ of: what, pages: pages.length + 1 });
  const nextFormat = RAW_FORMATS[(RAW_FORMATS.indexOf(format) + 1) % RAW_FORMATS.length]!;
  useKeys(said.formatKeys, [
    { keys: ['o'], does: said.keys.format, run: () => choose(nextFormat) },
    ...(hasNext ? [{ keys: ['+'], does: said.more, run: readOn }] : []),
  ]);
  const bar = (more: ComponentChildren) => (
    <div class="raw-trace-bar">
      <select
        aria-label={said.format}
        value={format}
        onChange={({ currentTarget: { value } }) => choose(value)}
      >
        {RAW_FORMATS.map((name) => (
          <option key={name} value={name}>
            {said.formats[name]}
          </option>
        ))}
      </select>
      <PageCount pages={pages} />
      {hasNext && (
        <Button disabled={isLoading} onClick={readOn}>
          {said.more}
        </Button>
      )}
      {more}
      <span class="raw-trace-end">
        <CopyButton content={contentOf(pages)} label={said.copy} />
        <Button
          look="quiet"
          onClick={() => save(pages, fileNameOf(model.traceId, format))}
          disabled={pages.length === 0}
        >
          {said.download}
        </Button>
      </span>
    </div>
  );
  return (
    <div class="raw-trace">
      {pages.length === 0 && bar(undefined)}
      {error !== undefined && <Problem error={error} onRetry={reload} />}
      {error === undefined && pages.length === 0 && (
        <p class="raw-trace-said soft">{text.loading}</p>
      )}
      {pages.length > 0 && (
        <RawLines key={what} model={model} pages={pages} isJson={isJson(format)} bar={bar} />
      )}
    </div>
  );
}

function PageCount({ pages }: { readonly pages: readonly RawPage[] }) {
  const last = pages.at(-1);
  if (last === undefined) return null;
  const spans = pages.reduce((sum, page) => sum + page.spans, 0);
  const lines = pages.reduce((sum, page) => sum + page.lines.length, 0);
  const rest =
    last.next !== undefined
      ? [pages.length < PAGES_MAX ? said.part : said.full]
      : last.isTruncated
        ? [said.bound]
        : [];
  return (
    <span class="soft" role="status">
      {[said.loaded(formatCount(spans), formatCount(lines)), ...rest].join(' · ')}
    </span>
  );
}

/** The first is what a link without a word means. */
function choose(format: string): void {
  setParams({ format: format === RAW_FORMATS[0] ? undefined : format });
}

function contentOf(pages: readonly RawPage[]): () => Promise<string> {
  return async () => pages.map(({ content }) => content).join('\n');
}

/** A file that the browser makes of what is here: nothing is asked for again. */
function save(pages: readonly RawPage[], name: string): void {
  const type = pages[0]?.contentType ?? 'text/plain';
  const url = URL.createObjectURL(
    new Blob([pages.map(({ content }) => content).join('\n')], { type }),
  );
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(url), 1_000);
}
