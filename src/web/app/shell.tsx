/** What stands around every view: header, navigation, connection, palette, keys; and the view at the present path. */
import type { ComponentType } from 'preact';
import { useEffect, useErrorBoundary, useState } from 'preact/hooks';
import { isConnected, tryNow } from '../data/connection.ts';
import { Button } from '../parts/button.tsx';
import { Problem } from '../parts/problem.tsx';
import { text } from '../text/en.ts';
import { Header } from './header.tsx';
import { KeyList } from './key-list.tsx';
import { useKeys } from './keys.ts';
import { path } from './location.ts';
import { type PageProps, type PageView, viewAt } from './page-view.ts';
import { Palette } from './palette.tsx';
import { SaveView } from './save-view.tsx';
import './shell.css';

type Overlay = 'palette' | 'keys' | 'save' | undefined;

export function Shell() {
  const [overlay, setOverlay] = useState<Overlay>();
  // A dialog says that it closed when another may be open already.
  const close = (closed: Overlay): void => setOverlay((was) => (was === closed ? undefined : was));
  useKeys(text.keys.everywhere, [
    {
      keys: ['Mod+k'],
      does: text.palette.open,
      isMovement: true,
      run: () => setOverlay('palette'),
    },
    { keys: ['?'], does: text.keys.open, run: () => setOverlay('keys') },
    { keys: ['V'], does: text.saved.title, run: () => setOverlay('save') },
  ]);
  const found = viewAt(path.value);
  return (
    <div class="shell">
      <a class="skip" href="#content">
        {text.nav.skip}
      </a>
      <Header current={found?.view} onPalette={() => setOverlay('palette')} />
      {!isConnected.value && (
        <div class="disconnected" role="status">
          <span>{text.connection.lost}</span>
          <Button onClick={() => void tryNow()}>{text.connection.retry}</Button>
        </div>
      )}
      <main id="content" class="content" tabIndex={-1}>
        {found === undefined ? (
          <NoSuchPage />
        ) : (
          <Loaded key={found.view.path} view={found.view} segments={found.segments} />
        )}
      </main>
      {overlay === 'palette' && <Palette onClose={() => close('palette')} />}
      {overlay === 'save' && <SaveView onClose={() => close('save')} />}
      {overlay === 'keys' && <KeyList onClose={() => close('keys')} />}
    </div>
  );
}

interface LoadedProps extends PageProps {
  readonly view: PageView;
}

/** A view that fails takes nothing else with it. */
function Loaded({ view, segments }: LoadedProps) {
  const [Page, setPage] = useState<{ readonly of: ComponentType<PageProps> }>();
  const [failure, setFailure] = useState<Error>();
  const [error, reset] = useErrorBoundary();
  useEffect(() => {
    document.title = `${view.title} · Synton`;
    view.load().then(
      (of) => setPage({ of }),
      (reason: unknown) => setFailure(reason instanceof Error ? reason : new Error(String(reason))),
    );
  }, [view]);
  if (error !== undefined) return <Problem error={error} onRetry={reset} />;
  // Its code could not be had: another version of Synton serves other files.
  if (failure !== undefined) {
    return <Problem error={failure} onRetry={() => window.location.reload()} />;
  }
  return Page === undefined ? null : <Page.of segments={segments} />;
}

function NoSuchPage() {
  return (
    <div class="no-such-page">
      <h1>{text.problem.notFound}</h1>
      <p class="soft">{text.problem.notFoundDetail(path.value)}</p>
      <p>
        <a href="/traces">{text.problem.toTraces}</a>
      </p>
    </div>
  );
}
