import { SyntonError } from '../model/errors.ts';

/** A question to a processor that is switched off or shut down. */
export class ProcessorUnavailable extends SyntonError {
  readonly code = 'ProcessorUnavailable';
}
