/** Tokens of style/tokens.css as colours, for what is drawn and not styled. Read in an effect or a component, it follows the theme. */
import { isDark } from '../app/theme.ts';

const colours = new Map<string, string>();
let probe: HTMLElement | undefined;

/** `--ink` and the like, as a colour that a canvas takes. */
export function tokenColour(token: string): string {
  const scheme = isDark.value ? 'dark' : 'light';
  const isForced = matchMedia('(forced-colors: active)').matches;
  const key = `${scheme} ${isForced} ${token}`;
  let colour = colours.get(key);
  if (colour === undefined) {
    probe ??= document.body.appendChild(hiddenElement());
    probe.style.colorScheme = scheme;
    probe.style.color = `var(${token})`;
    colour = getComputedStyle(probe).color;
    colours.set(key, colour);
  }
  return colour;
}

function hiddenElement(): HTMLElement {
  const element = document.createElement('span');
  element.hidden = true;
  // Else every colour is that of text where colours are forced.
  element.style.setProperty('forced-color-adjust', 'none');
  return element;
}
