/** In place of numbers of a time in which nothing came: what to do about it. */
import { hrefWith } from '../app/location.ts';
import { rangeParams } from '../data/time-range.ts';
import { rangeText } from '../text/range-en.ts';
import './nothing-in-range.css';

export function NothingInRange({ title }: { readonly title: string }) {
  const { detail, toTraces, longer } = rangeText.nothing;
  return (
    <section class="nothing-in-range">
      <h2>{title}</h2>
      <p class="soft">{detail}</p>
      <p class="nothing-in-range-ways">
        <a href={hrefWith(rangeParams({ last: '7d' }))}>{longer}</a>
        <a href="/traces">{toTraces}</a>
      </p>
    </section>
  );
}
