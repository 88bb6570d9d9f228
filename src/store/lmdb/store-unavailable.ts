import { SyntonError } from '../../model/errors.ts';

/** The data directory cannot be used. */
export class StoreUnavailable extends SyntonError {
  readonly code = 'StoreUnavailable';

  constructor(path: string, why: string, options?: ErrorOptions) {
    super(
      `the data directory ${path} cannot be used: ${why}. Choose another with instrument.persistence.path, or set instrument.persistence.enabled = false`,
      options,
    );
  }
}
