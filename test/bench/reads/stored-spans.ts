/** Spans that a bench has stored, and picks among them: all known from the seed, without a list. */

import type { SeededRandom } from '../../support/seeded-random.ts';
import { spanKey } from '../load/shop-request.ts';
import { SPANS_A_TRACE, traceIdHex, userName } from '../load/slots.ts';

export interface Picked {
  readonly traceId: string;
  /** The value of `user.id`, which about one trace in a million has. */
  readonly user: string;
  readonly service: string;
  readonly operation: string;
}

export interface StoredSpans {
  readonly seed: number;
  /** Numbered from 0. */
  readonly requests: number;
  readonly spansPerRequest: number;
}

/** Any trace of those stored, each as likely as the other. */
export function pick(stored: StoredSpans, random: SeededRandom): Picked {
  const { seed, requests, spansPerRequest } = stored;
  const request = random.below(requests);
  const span = random.below(spansPerRequest);
  const trace = Math.floor(span / SPANS_A_TRACE);
  return {
    traceId: traceIdHex(seed, request, trace),
    user: userName(seed, request, trace),
    ...spanKey(request, span, spansPerRequest),
  };
}
