/** What every command gets from the command line. */
export interface CommandInput {
  readonly flags: ReadonlyMap<string, string | undefined>;
  /** From --config. */
  readonly file?: string;
}
