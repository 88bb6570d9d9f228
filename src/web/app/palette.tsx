/** Go anywhere and do anything by writing a few letters of it: views, services, a trace id, what the shown view can do. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { API, askJson } from '../data/api.ts';
import { forgetView, savedViews } from '../data/saved-views.ts';
import { Dialog } from '../parts/dialog.tsx';
import { text } from '../text/en.ts';
import { keyGroups, keyLabel } from './keys.ts';
import { navigate } from './location.ts';
import { pageViews } from './page-view.ts';
import { THEMES, theme } from './theme.ts';
import './palette.css';

interface Entry {
  readonly title: string;
  readonly hint: string;
  run(): void;
}

const SHOWN_MAX = 12;
const TRACE_ID = /^[0-9a-f]{32}$/i;

export function Palette({ onClose }: { onClose(): void }) {
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const [services, setServices] = useState<readonly string[]>([]);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const gone = new AbortController();
    askJson<{ services: readonly { name: string }[] }>(`${API}/services`, gone.signal).then(
      (answer) => setServices(answer.services.map(({ name }) => name)),
      // Without them there is less to choose from, and the shell says that nobody answers.
      () => undefined,
    );
    return () => gone.abort();
  }, []);
  const shown = useMemo(() => matching(entries(services), query.trim()), [services, query]);
  useEffect(() => list.current?.children[at]?.scrollIntoView({ block: 'nearest' }), [at]);
  const run = (entry: Entry | undefined): void => {
    if (entry === undefined) return;
    onClose();
    // Behind an open dialog nothing takes the focus.
    window.setTimeout(() => entry.run());
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') run(shown[at]);
    else if (event.key === 'ArrowDown') setAt(Math.min(at + 1, shown.length - 1));
    else if (event.key === 'ArrowUp') setAt(Math.max(at - 1, 0));
    else return;
    event.preventDefault();
  };
  return (
    <Dialog label={text.palette.label} class="palette" onClose={onClose}>
      <input
        class="palette-input"
        type="text"
        role="combobox"
        aria-label={text.palette.placeholder}
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={shown.length > 0 ? `palette-${at}` : undefined}
        placeholder={text.palette.placeholder}
        value={query}
        spellcheck={false}
        onInput={(event) => {
          setQuery(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id="palette-list" role="listbox" aria-label={text.palette.label} ref={list}>
        {shown.map((entry, place) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the input keeps the focus
          // biome-ignore lint/a11y/useKeyWithClickEvents: the input takes the keys
          <div
            key={`${entry.hint}${entry.title}`}
            id={`palette-${place}`}
            role="option"
            aria-selected={place === at}
            onClick={() => run(entry)}
          >
            <span>{entry.title}</span>
            <span class="faint">{entry.hint}</span>
          </div>
        ))}
      </div>
      {shown.length === 0 && <p class="palette-empty soft">{text.palette.empty}</p>}
    </Dialog>
  );
}

function entries(services: readonly string[]): readonly Entry[] {
  const views = pageViews
    .filter(({ order }) => order !== undefined)
    .map(({ path, title }) => ({ title, hint: path, run: () => navigate(path) }));
  const commands = keyGroups.value.toReversed().flatMap(({ title: group, commands }) =>
    commands
      .filter(({ isMovement }) => isMovement !== true)
      .map(({ does, keys, run }) => ({
        ...{ title: does, hint: `${group} ${keys.map(keyLabel).join(' ')}` },
        run: () => run(undefined),
      })),
  );
  const themes = THEMES.map((name) => ({
    ...{ title: text.theme.label(text.theme[name]), hint: '' },
    run: () => {
      theme.value = name;
    },
  }));
  const ofServices = services.map((service) => ({
    ...{ title: service, hint: text.nav.traces },
    run: () => navigate(`/traces?service=${encodeURIComponent(service)}`),
  }));
  const saved = savedViews.value.map(({ name, href }) => ({
    ...{ title: name, hint: text.saved.one },
    run: () => navigate(href),
  }));
  const forgetting = savedViews.value.map(({ name }) => ({
    ...{ title: text.saved.forget(name), hint: '' },
    run: () => forgetView(name),
  }));
  return [...saved, ...views, ...commands, ...ofServices, ...themes, ...forgetting];
}

function matching(all: readonly Entry[], query: string): readonly Entry[] {
  if (TRACE_ID.test(query)) {
    const id = query.toLowerCase();
    return [{ title: id, hint: text.nav.trace, run: () => navigate(`/trace/${id}`) }];
  }
  const words = query.toLowerCase().split(/\s+/);
  const holds = ({ title, hint }: Entry): boolean =>
    words.every((word) => `${title} ${hint}`.toLowerCase().includes(word));
  return all.filter(holds).slice(0, SHOWN_MAX);
}
