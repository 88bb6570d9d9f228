/**
 * One place that is taken in the order of asking, for work of which it shows only on the way that it needs it. Whoever asks
 * bounds how many may wait.
 */
export interface Place {
  /** Resolves when it is this one's turn; at once where it is already. */
  take(): Promise<void>;
  /** Given back, or not taken after all. */
  leave(): void;
}

export class OneByOne {
  /** Resolves when all that asked so far have left. */
  #last: Promise<void> = Promise.resolve();

  place(): Place {
    let leave = (): void => {};
    let turn: Promise<void> | undefined;
    return {
      take: () => {
        if (turn === undefined) {
          turn = this.#last;
          const left = Promise.withResolvers<void>();
          leave = left.resolve;
          this.#last = turn.then(() => left.promise);
        }
        return turn;
      },
      leave: () => leave(),
    };
  }
}
