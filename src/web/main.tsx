/** Where the page begins. */
import { render } from 'preact';
import { Shell } from './app/shell.tsx';
import './style/tokens.css';
import './style/base.css';

render(<Shell />, document.getElementById('app')!);
