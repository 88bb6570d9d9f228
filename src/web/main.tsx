/** Where the page begins. */
import { render } from 'preact';
import { Shell } from './app/shell.tsx';
import { showAllText } from './app/show-all-text.ts';
import './style/tokens.css';
import './style/base.css';

showAllText();
render(<Shell />, document.getElementById('app')!);
