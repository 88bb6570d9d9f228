/** What went wrong and what to do, where the thing itself would stand. */
import type { ComponentChildren } from 'preact';
import { ApiError } from '../data/api-error.ts';
import { text } from '../text/en.ts';
import { Button } from './button.tsx';
import './problem.css';

export interface ProblemProps {
  readonly error: Error;
  /** Not there where asking again cannot help. */
  readonly onRetry?: () => void;
  /** Other ways out. */
  readonly children?: ComponentChildren;
}

export function Problem({ error, onRetry, children }: ProblemProps) {
  const { title, detail, code } = told(error);
  return (
    <div class="problem" role="alert">
      <h2>{title}</h2>
      <p>{detail}</p>
      <p class="problem-code faint mono">{code}</p>
      <div class="problem-ways">
        {onRetry && <Button onClick={onRetry}>{text.problem.retry}</Button>}
        {children}
      </div>
    </div>
  );
}

/** What Chromium and Firefox, WebKit, and the loader of styles say where a file of the page is not to be had. */
const CODE_GONE =
  /dynamically imported module|importing a module script failed|unable to preload css/i;

function told(error: Error): { title: string; detail: string; code: string } {
  if (error instanceof ApiError) return error.problem;
  const { crashed, crashedDetail, codeGone, codeGoneDetail } = text.problem;
  if (CODE_GONE.test(error.message)) {
    return { title: codeGone, detail: codeGoneDetail, code: error.name };
  }
  return { title: crashed, detail: `${crashedDetail} ${error.message}`, code: error.name };
}
