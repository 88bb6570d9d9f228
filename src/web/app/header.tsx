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
/** How much of the disc is filled. */
const THEME_MARKS = {
  auto: 'M8 2a6 6 0 0 1 0 12z',
  light: '',
  dark: 'M8 2a6 6 0 0 1 0 12a6 6 0 0 1 0-12z',
} as const;

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
          <span class="header-more" aria-hidden="true">
            ⋯
          </span>
        </Button>
        <Button look="quiet" label={text.theme.label(text.theme[theme.value])} onClick={nextTheme}>
          <svg class="theme-mark" viewBox="0 0 16 16" aria-hidden="true">
            <circle cx="8" cy="8" r="6" />
            <path d={THEME_MARKS[theme.value]} />
          </svg>
        </Button>
      </div>
    </header>
  );
}
