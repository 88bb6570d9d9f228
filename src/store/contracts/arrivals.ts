/**
 * Tells whoever follows what arrives that it is time to look. Says that something came and how much, not what: a look finds that
 * out, in one go for all that came meanwhile.
 */
export interface Arrivals {
  /**
   * Calls back until the signal aborts: with numbers of spans as they are received, with zeros where something else may look
   * different now (a span has started, something became durable). Called often and while others wait: it takes note, and no more.
   */
  subscribe(listener: ArrivalListener, signal: AbortSignal): void;
}

export type ArrivalListener = (spans: number, errors: number) => void;
