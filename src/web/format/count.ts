/** How many: exact up to 9,999, then three significant digits: `12.3 k`. */
const exact = new Intl.NumberFormat('en');
const share = new Intl.NumberFormat('en', { style: 'percent', maximumSignificantDigits: 2 });

export function formatCount(count: number): string {
  if (Math.abs(count) < 10_000) return exact.format(count);
  for (const [unit, name] of [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (Math.abs(count) >= unit * 0.9995) return `${Number((count / unit).toPrecision(3))} ${name}`;
  }
  return exact.format(count);
}

export function formatExactCount(count: number): string {
  return exact.format(count);
}

/** A second: `0.4`, `12`, `1.2 k`. */
export function formatRate(rate: number): string {
  if (rate === 0) return '0';
  return rate < 10 ? String(Number(rate.toPrecision(2))) : formatCount(Math.round(rate));
}

/** How often, given a second, in the unit in which it is a number that one can picture: `12/s`, `4.3/min`, `1/h`. */
export function formatFrequency(perSecond: number): string {
  if (perSecond === 0 || perSecond >= 1) return `${formatRate(perSecond)}/s`;
  const perMinute = perSecond * 60;
  return perMinute >= 0.1 ? `${formatRate(perMinute)}/min` : `${formatRate(perMinute * 60)}/h`;
}

/** Of a part from 0 to 1. What is not nothing is never written as 0 %. */
export function formatShare(part: number): string {
  if (part > 0 && part < 0.0001) return '<0.01%';
  return share.format(part);
}

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  const at = Math.min(units.length, Math.floor(Math.log2(bytes) / 10));
  return `${Number((bytes / 1024 ** at).toPrecision(3))} ${units[at - 1]}`;
}
