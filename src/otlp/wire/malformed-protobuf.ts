import { SyntonError } from '../../model/errors.ts';

/** Bytes that are no protobuf message: cut short, overrun, an illegal tag, or nested too deep. */
export class MalformedProtobuf extends SyntonError {
  readonly code = 'MalformedProtobuf';
  /** Offset into the bytes that were being read. */
  readonly offset: number;

  constructor(problem: string, offset: number) {
    super(`${problem} at byte ${offset}`);
    this.offset = offset;
  }
}
