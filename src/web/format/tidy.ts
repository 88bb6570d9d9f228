/** What is written at a scale: `100 ms` and not `100.0 ms`, `1.5 min` and not `1.50 min`. */
export function tidy(value: string): string {
  return value.replace(/\.0+(?=\D|$)/, '').replace(/(\.\d*[1-9])0+(?=\D|$)/, '$1');
}
