/** Thrown where a run could not be recorded as a whole: half a record would let a test pass that should not. */
import { SyntonError } from '../model/errors.ts';

export class RecordingFailed extends SyntonError {
  readonly code = 'RecordingFailed';
}
