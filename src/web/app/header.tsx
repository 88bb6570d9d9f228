/** Product, views, what arrives, theme. */
import { Button } from '../parts/button.tsx';
import { text } from '../text/en.ts';
import { keyLabel } from './keys.ts';
import { LiveRate } from './live-rate.tsx';
import { type PageView, pageViews } from './page-view.ts';
import { nextTheme, theme } from './theme.ts';
import './header.css';

export interface HeaderProps {
  readonly current: PageView | undefined;
  onPalette(): void;
}

const paletteKey = keyLabel('Mod+k');
const THEME_MARKS = { auto: '◐', light: '○', dark: '●' } as const;

export function Header({ current, onPalette }: HeaderProps) {
  const lit = current?.under ?? current?.path;
  return (
    <header class="header">
      <a class="wordmark" href="/">
        {text.product}
      </a>
      <nav class="nav" aria-label={text.nav.label}>
        {pageViews
          .filter(({ order }) => order !== undefined)
          .map(({ path, title }) => (
            <a key={path} href={path} aria-current={path === lit ? 'page' : undefined}>
              {title}
            </a>
          ))}
      </nav>
      <div class="header-end">
        <LiveRate />
        <a class="header-api" href="/api" target="_blank" rel="noopener">
          {text.nav.api}
        </a>
        <Button look="quiet" label={`${text.palette.open} ${paletteKey}`} onClick={onPalette}>
          <kbd>{paletteKey}</kbd>
        </Button>
        <Button look="quiet" label={text.theme.label(text.theme[theme.value])} onClick={nextTheme}>
          {THEME_MARKS[theme.value]}
        </Button>
      </div>
    </header>
  );
}
