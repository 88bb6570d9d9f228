/** Beneath the last row: more comes, or could not be had, or the search stopped at its bound and goes on when asked. */

import { ApiError } from '../../../data/api-error.ts';
import { formatCount } from '../../../format/count.ts';
import { Button } from '../../../parts/button.tsx';
import { text } from '../../../text/en.ts';
import { tracesText } from '../../../text/traces-en.ts';
import type { TraceSearch } from './trace-search.ts';
import './list-end.css';

export function ListEnd({ search }: { readonly search: TraceSearch }) {
  const { next, hasStopped, examined, items } = search.state.value;
  const isLoading = search.isLoading.value;
  const error = search.error.value;
  if (items.length === 0) {
    return isLoading ? <p class="list-end soft">{text.loading}</p> : null;
  }
  if (error !== undefined && !isLoading) {
    const detail = error instanceof ApiError ? error.problem.detail : error.message;
    return (
      <p class="list-end" role="alert">
        <span class="failed">{detail}</span>
        <Button onClick={() => void search.retry()}>{text.problem.retry}</Button>
      </p>
    );
  }
  // How far the slowest were looked for is said at the foot, and more of them there are not.
  if (next === undefined || search.order === 'slowest') return null;
  if (!hasStopped || isLoading) return <p class="list-end soft">{tracesText.list.loading}</p>;
  const looked = examined && (examined.store.of > 0 ? examined.store : examined.memory);
  return (
    <p class="list-end">
      {looked && (
        <span class="soft">
          {tracesText.foot.looked(formatCount(looked.spans), formatCount(looked.of))}
        </span>
      )}
      <Button onClick={() => void search.more()}>{tracesText.foot.goOn}</Button>
    </p>
  );
}
