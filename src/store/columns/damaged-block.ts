/** A stored value that is not what was written: its checksum, magic, version or content is wrong. */
export class DamagedBlock extends Error {
  constructor(what: string, options?: ErrorOptions) {
    super(what, options);
    this.name = 'DamagedBlock';
  }
}
