/** The lines of the text: windowed, folded, searched, gone through by keys. */
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useKeys } from '../../../../app/keys.ts';
import { idOfKey } from '../../../../data/outline.ts';
import { formatCount } from '../../../../format/count.ts';
import { Button } from '../../../../parts/button.tsx';
import { useVirtualRows } from '../../../../parts/virtual-rows.tsx';
import { tabsText } from '../../../../text/tabs-en.ts';
import type { TraceTabProps } from '../../trace-tab.ts';
import {
  blockAround,
  blockEnds,
  nameInBlock,
  revealed,
  shownLines,
  spanLines,
} from './line-folds.ts';
import { LINE_LENGTH_MAX, RawLine } from './raw-line.tsx';
import type { RawPage } from './raw-pages.ts';

export interface RawLinesProps extends TraceTabProps {
  readonly pages: readonly RawPage[];
  /** Of formats that have blocks. */
  readonly isJson: boolean;
  /** The bar above the lines, with what belongs to them. */
  bar(more: ComponentChildren): ComponentChildren;
}

const LINE_HEIGHT = 18;
const SCROLL = 10 * LINE_HEIGHT;
const PAGE = 20;
const FAR = 2 * LINE_HEIGHT;
const NOTHING: ReadonlySet<number> = new Set();
const { raw: said } = tabsText;

export function RawLines({ model, pages, isJson, bar }: RawLinesProps) {
  const lines = useMemo(() => pages.flatMap((page) => page.lines), [pages]);
  const ends = useMemo(
    () => (isJson ? blockEnds(lines) : new Int32Array(lines.length)),
    [lines, isJson],
  );
  const spans = useMemo(() => spanLines(lines, ends), [lines, ends]);
  const [folded, setFolded] = useState(NOTHING);
  const shown = useMemo(() => shownLines(lines, ends, folded), [lines, ends, folded]);
  const scroller = useRef<HTMLDivElement>(null);
  const view = useVirtualRows({ count: shown.length, rowHeight: LINE_HEIGHT, scroller });
  const query = model.query.value.trim().toLowerCase();
  const found = useMemo(() => linesWith(lines, query), [lines, query]);
  const [at, setAt] = useState(-1);
  // Scrolled to once the folds around it are open.
  const sought = useRef(-1);
  const goTo = (line: number): void => {
    setAt(line);
    setFolded(revealed(ends, folded, line));
    sought.current = line;
  };
  useEffect(() => {
    const place = sought.current < 0 ? -1 : shown.indexOf(sought.current);
    sought.current = -1;
    if (place < 0) return;
    const { scrollTop, clientHeight } = scroller.current!;
    const beyond = Math.max(
      scrollTop - place * LINE_HEIGHT,
      place * LINE_HEIGHT - scrollTop - clientHeight,
    );
    // What is far away is shown with what is around it.
    if (beyond > FAR) scroller.current!.scrollTop = place * LINE_HEIGHT - clientHeight / 3;
    else view.scrollTo(place);
  });
  const goFound = (direction: 1 | -1): void => {
    const next =
      direction > 0
        ? (found.find((line) => line > at) ?? found[0])
        : (found.findLast((line) => line < at) ?? found.at(-1));
    if (next !== undefined) goTo(next);
  };
  /** By lines that are seen, from the one that is gone from. */
  const step = (by: number): void => {
    const from = at < 0 ? -1 : shown.indexOf(at);
    const next = shown[Math.min(shown.length - 1, Math.max(0, from + by))];
    if (next !== undefined) goTo(next);
  };
  const fold = (line: number, isFolded = !folded.has(line)): void => {
    if (line < 0 || ends[line] === 0) return;
    const next = new Set(folded);
    if (isFolded) next.add(line);
    else next.delete(line);
    setFolded(next);
    if (isFolded && at > line && at <= ends[line]!) setAt(line);
  };
  const foldSpans = (): void => {
    setFolded(new Set(spans));
    const around = spans.findLast((line) => line <= at);
    if (around !== undefined && at <= ends[around]!) setAt(around);
  };
  useEffect(() => {
    const [first = query === '' ? lineOfSpan(lines, model.selected.peek()) : -1] = found;
    if (first < 0) setAt(-1);
    else goTo(first);
  }, [query]);
  const scroll = (by: number): void => scroller.current?.scrollBy({ top: by });
  const { keys } = said;
  const moves: readonly (readonly [keys: readonly string[], does: string, run: () => void])[] = [
    [['n'], keys.next, () => goFound(1)],
    [['N'], keys.previous, () => goFound(-1)],
    [['s'], keys.down, () => scroll(SCROLL)],
    [['w'], keys.up, () => scroll(-SCROLL)],
    [['ArrowDown', 'f'], keys.nextLine, () => step(1)],
    [['ArrowUp', 'b'], keys.previousLine, () => step(-1)],
    [['PageDown'], keys.pageDown, () => step(PAGE)],
    [['PageUp'], keys.pageUp, () => step(-PAGE)],
    [['Home'], keys.first, () => step(-shown.length)],
    [['End'], keys.last, () => step(shown.length)],
    [['ArrowLeft', 'p'], keys.fold, () => fold(blockAround(ends, at), true)],
    [['ArrowRight'], keys.unfold, () => fold(at, false)],
  ];
  useKeys(keys.title, [
    ...moves.map(([names, does, run]) => ({ keys: names, does, run, isMovement: true })),
    ...(spans.length === 0
      ? []
      : [
          { keys: ['['], does: keys.foldSpans, run: foldSpans },
          { keys: [']'], does: keys.unfoldAll, run: (): void => setFolded(NOTHING) },
        ]),
  ]);
  const longest = useMemo(
    () => lines.reduce((most, line) => Math.max(most, line.length), 0),
    [lines],
  );
  return (
    <>
      {bar(
        <>
          {spans.length > 0 && (
            <Button onClick={folded.size > 0 ? () => setFolded(NOTHING) : foldSpans}>
              {folded.size > 0 ? said.unfoldAll : said.foldSpans}
            </Button>
          )}
          <span class="soft" role="status">
            {query !== '' && said.found(formatCount(found.length))}
          </span>
        </>,
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is scrolled by keys too */}
      <section class="raw-trace-scroll" ref={scroller} tabIndex={0} aria-label={said.label}>
        <div
          class="raw-trace-tall"
          style={{
            height: `${view.height}px`,
            minWidth: `${Math.min(longest, LINE_LENGTH_MAX) + 10}ch`,
          }}
        >
          {view.rows.map(({ index, start, slot }) => {
            const line = shown[index]!;
            const end = ends[line]!;
            return (
              <RawLine
                key={slot}
                line={lines[line]!}
                number={line + 1}
                top={start}
                query={query}
                isAt={line === at}
                fold={
                  end === 0
                    ? undefined
                    : {
                        isFolded: folded.has(line),
                        name: nameInBlock(lines, line, folded.has(line) ? end : line),
                        closing: lines[end]!.trim(),
                        lines: end - line - 1,
                      }
                }
                onFold={() => fold(line)}
              />
            );
          })}
        </div>
      </section>
    </>
  );
}

/** Where the span that is selected on every tab begins to be told; −1 where it is not. */
function lineOfSpan(lines: readonly string[], key: string | undefined): number {
  return key === undefined
    ? -1
    : lines.findIndex((line) => line.includes(`"spanId": "${idOfKey(key)}"`));
}

function linesWith(lines: readonly string[], query: string): readonly number[] {
  if (query === '') return [];
  const places: number[] = [];
  for (const [at, line] of lines.entries()) if (line.toLowerCase().includes(query)) places.push(at);
  return places;
}
