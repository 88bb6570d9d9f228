/** Chooses the range of time of a view, and puts it in the URL. */
import { useState } from 'preact/hooks';
import { setParams } from '../app/location.ts';
import { ALL, type ChosenRange, RANGES, rangeParams } from '../data/time-range.ts';
import { formatClock, millisOf } from '../format/time.ts';
import { rangeText } from '../text/range-en.ts';
import { RangeDialog } from './range-dialog.tsx';
import './range-picker.css';

export interface RangePickerProps {
  readonly range: ChosenRange;
  /** Whether everything there is can be chosen. @default false */
  readonly withAll?: boolean;
}

const CHOOSE = 'choose';
const CHOSEN = 'chosen';

export function RangePicker({ range, withAll = false }: RangePickerProps) {
  const [isChoosing, setIsChoosing] = useState(false);
  const presets: readonly string[] = withAll ? [...RANGES, ALL] : RANGES;
  const isPreset = range.last !== undefined && presets.includes(range.last);
  const choose = (value: string): void => {
    if (value === CHOOSE) setIsChoosing(true);
    else if (value !== CHOSEN) setParams(rangeParams({ last: value }));
  };
  return (
    <>
      <select
        class="range-picker"
        aria-label={rangeText.label}
        value={isPreset ? range.last : CHOSEN}
        onChange={(event) => {
          const { value } = event.currentTarget;
          // What is shown follows the URL.
          event.currentTarget.value = isPreset ? range.last! : CHOSEN;
          choose(value);
        }}
      >
        {presets.map((last) => (
          <option key={last} value={last}>
            {rangeTitle({ last })}
          </option>
        ))}
        {!isPreset && <option value={CHOSEN}>{rangeTitle(range)}</option>}
        <option value={CHOOSE}>{rangeText.choose}</option>
      </select>
      {isChoosing && <RangeDialog range={range} onClose={() => setIsChoosing(false)} />}
    </>
  );
}

/** In words: `last 15 min`, `14:03:09 – 14:10:00`. */
export function rangeTitle({ last, from, to }: ChosenRange): string {
  const { between, since, until } = rangeText;
  const clock = (nanos: string): string => formatClock(millisOf(nanos));
  if (from !== undefined) {
    return to === undefined ? since(clock(from)) : between(clock(from), clock(to));
  }
  if (to !== undefined) return until(clock(to));
  if (last === undefined || last === ALL) return rangeText.all;
  return rangeText.last(`${last.slice(0, -1)} ${rangeText.units[last.slice(-1)] ?? ''}`);
}
