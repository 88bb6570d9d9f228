/** The attributes that the list shows, as they stand in the URL: `column`, in their order. */

/** As the API has them. */
export const COLUMNS_MAX = 4;
export const COLUMN_LENGTH_MAX = 256;

/** What the API would refuse is left out. */
export function chosenColumns(params: URLSearchParams): readonly string[] {
  return readColumns(params.getAll('column'));
}

/** Each once, without what is empty or too long, and no more than can be shown. */
export function readColumns(given: readonly string[]): readonly string[] {
  const keys = given.map((key) => key.trim());
  const known = keys.filter((key) => key !== '' && key.length <= COLUMN_LENGTH_MAX);
  return [...new Set(known)].slice(0, COLUMNS_MAX);
}
