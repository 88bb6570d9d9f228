import { useMemo } from 'preact/hooks';
import type { TraceModel } from '../../trace-model.ts';
import { type FlameFound, foundBoxes } from './flame-found.ts';
import type { FlameSource } from './flame-source.ts';

/** Undefined where nothing is looked for. */
export function useFlameFound(model: TraceModel, source: FlameSource): FlameFound | undefined {
  const isAsked = model.query.value !== '';
  const rows = model.matches.value;
  return useMemo(() => {
    if (!isAsked) return undefined;
    const whole = source.isTime ? model.widest() : { from: 0, to: source.width };
    return foundBoxes(source, rows, whole);
  }, [isAsked, rows, source]);
}
