/** The head of the table: every column sorts, and says which way. */
import { setParams } from '../../../../app/location.ts';
import { tabsText } from '../../../../text/tabs-en.ts';
import { type Column, isFigure } from './table-rows.ts';
import './table-head.css';

export interface TableHeadProps {
  readonly columns: readonly Column[];
  readonly sort: Column;
  readonly isDescending: boolean;
}

/** Of the column that sorts already, the other way round. */
export function sortBy(
  column: Column,
  { sort, isDescending }: Pick<TableHeadProps, 'sort' | 'isDescending'>,
): void {
  const to = column === sort ? !isDescending : isFigure(column);
  setParams({ sort: column, desc: String(to) }, { replace: true });
}

export function TableHead({ columns, sort, isDescending }: TableHeadProps) {
  return (
    <thead>
      <tr class="table-head" aria-rowindex={1}>
        {columns.map((column) => {
          const isSorted = column === sort;
          return (
            <th
              scope="col"
              key={column}
              class={`table-cell-${column} ${isFigure(column) || column === 'start' ? 'number' : ''}`}
              aria-sort={isSorted ? (isDescending ? 'descending' : 'ascending') : 'none'}
            >
              <button
                type="button"
                title={tabsText.table.about[column]}
                onClick={() => sortBy(column, { sort, isDescending })}
              >
                {tabsText.table.columns[column]}
                <svg
                  class={isSorted ? 'table-head-sorted' : ''}
                  viewBox="0 0 8 8"
                  width="8"
                  height="8"
                  aria-hidden="true"
                >
                  <path d={isSorted && !isDescending ? 'M4 2l3 4h-6z' : 'M4 6l3 -4h-6z'} />
                </svg>
              </button>
            </th>
          );
        })}
      </tr>
    </thead>
  );
}
