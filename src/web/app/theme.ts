/** Light, dark, or as the system has it. Kept in this browser. */
import { computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { keep, kept } from '../data/kept.ts';

export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const system = window.matchMedia('(prefers-color-scheme: dark)');
const systemIsDark = signal(system.matches);
system.addEventListener('change', () => {
  systemIsDark.value = system.matches;
});

export const theme: Signal<Theme> = signal(keptTheme());
// Chosen in another tab.
window.addEventListener('storage', () => {
  theme.value = keptTheme();
});
/** For what is drawn and not styled. */
export const isDark: ReadonlySignal<boolean> = computed(() =>
  theme.value === 'auto' ? systemIsDark.value : theme.value === 'dark',
);

effect(() => {
  if (theme.value === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme.value;
  keep('theme', theme.value);
});

function keptTheme(): Theme {
  const name = kept('theme');
  return THEMES.find((one) => one === name) ?? 'auto';
}

export function nextTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length]!;
}
