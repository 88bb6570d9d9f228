/** A point that a program passed, told to the span that is active. Without one nothing happens. */
import { type Attributes, diag, trace } from '@opentelemetry/api';
import { CHECKPOINT_EVENT, CHECKPOINT_NAME } from '../model/checkpoint.ts';

/** Never throws. */
export function checkpoint(name: string, attributes?: Attributes): void {
  try {
    trace.getActiveSpan()?.addEvent(CHECKPOINT_EVENT, { ...attributes, [CHECKPOINT_NAME]: name });
  } catch (error) {
    diag.error('synton: a checkpoint could not be recorded', error);
  }
}
