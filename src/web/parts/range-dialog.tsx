/** A range of time by its ends. */
import { useState } from 'preact/hooks';
import { setParams } from '../app/location.ts';
import { type ChosenRange, rangeParams, resolveRange } from '../data/time-range.ts';
import { nanosOf } from '../format/time.ts';
import { rangeText } from '../text/range-en.ts';
import { FormDialog } from './form-dialog.tsx';

export interface RangeDialogProps {
  readonly range: ChosenRange;
  onClose(): void;
}

const HOUR_MS = 3_600_000;

export function RangeDialog({ range, onClose }: RangeDialogProps) {
  const [{ from, to }, setEnds] = useState(() => {
    const { from, to } = resolveRange(range, Date.now());
    return { from: localText(from === 0 ? to - HOUR_MS : from), to: localText(to) };
  });
  const [begin, end] = [millisOfLocal(from), millisOfLocal(to)];
  const isWrong = begin !== undefined && end !== undefined && begin >= end;
  const use = (): void =>
    setParams(
      rangeParams({
        ...(begin !== undefined && { from: nanosOf(begin) }),
        ...(end !== undefined && { to: nanosOf(end) }),
      }),
    );
  return (
    <FormDialog
      title={rangeText.title}
      does={rangeText.use}
      isReady={!isWrong}
      onDo={use}
      onClose={onClose}
    >
      <label>
        <span>{rangeText.from}</span>
        <input
          type="datetime-local"
          step="1"
          value={from}
          onInput={(event) => setEnds({ from: event.currentTarget.value, to })}
        />
      </label>
      <label>
        <span>{rangeText.to}</span>
        <input
          type="datetime-local"
          step="1"
          value={to}
          onInput={(event) => setEnds({ from, to: event.currentTarget.value })}
        />
      </label>
      <p class={isWrong ? 'failed' : 'soft'} role="status">
        {isWrong ? rangeText.wrong : rangeText.hint}
      </p>
    </FormDialog>
  );
}

/** `2026-11-23T14:03:09`, as the platform's own input has it. */
function localText(millis: number): string {
  const at = new Date(millis);
  return new Date(millis - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/** Undefined where there is no time. */
function millisOfLocal(text: string): number | undefined {
  const millis = Date.parse(text);
  return Number.isNaN(millis) ? undefined : millis;
}
