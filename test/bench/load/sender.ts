/** One request to a receiver and its answer. A request without an answer in time is a fault, and ends the run. */
export interface Sender {
  /** @throws where the receiver refused for good, took only a part, or did not answer within ANSWER_WITHIN_MS */
  send(body: Buffer): Promise<'taken' | 'busy'>;
  close(): void;
}

export const ANSWER_WITHIN_MS = 20_000;

/** Level 1, as the Go and Node exporters' defaults cost about as much. */
export const GZIP_LEVEL = 1;
