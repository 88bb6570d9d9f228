/** The ways in which a call can be watched, each a child process of its own. */
import type { CallOrder } from './call-order.ts';

export interface CallVariant {
  readonly load: string;
  /** Whose column it stands in. */
  readonly subject: 'synton' | 'reference';
  /** The variables of register; absent where it is not imported. */
  readonly register?: Readonly<Record<string, string>>;
  readonly wrapper?: CallOrder['wrapper'];
  /** Calls that become spans: fewer are made, with time between them to leave. */
  readonly makesSpans?: boolean;
  /** Functions that were rewritten before, in a process that watches nothing. */
  readonly isRewritten?: boolean;
}

const MANY = '1000000000';
/** No call is worth a span of itself, and none is demoted. */
const RING = { SYNTON_HOT_CALLS: MANY, SYNTON_FIRST_CALLS: '0', SYNTON_SLOW_MS: MANY };
/** Every call is. */
const SPAN = { SYNTON_HOT_CALLS: MANY, SYNTON_FIRST_CALLS: MANY };
const CAPTURE = { SYNTON_CAPTURE: 'args,return' };

export const BARE = 'a call, bare';

export const CALL_VARIANTS: readonly CallVariant[] = [
  { load: BARE, subject: 'reference' },
  { load: 'a call, tier 0', subject: 'synton', register: { SYNTON_TIER: '0' } },
  { load: 'a call, tier 1', subject: 'synton', register: { SYNTON_TIER: '1' } },
  { load: 'a call, tier 2: nobody watches', subject: 'synton', isRewritten: true },
  { load: 'a call, tier 2: hot, so counted', subject: 'synton', register: {} },
  { load: 'a call, tier 2: timed', subject: 'synton', register: RING },
  {
    load: 'a call, tier 2: timed, captured',
    subject: 'synton',
    register: { ...RING, ...CAPTURE },
  },
  { load: 'a call, tier 2: a span', subject: 'synton', register: SPAN, makesSpans: true },
  {
    load: 'a call, tier 2: a span, captured',
    subject: 'synton',
    register: { ...SPAN, ...CAPTURE },
    makesSpans: true,
  },
  { load: 'a call, trace(), no provider', subject: 'synton', wrapper: 'trace' },
  {
    load: "a call, trace() with OpenTelemetry's SDK",
    subject: 'synton',
    wrapper: 'trace',
    makesSpans: true,
  },
  { load: "a call, OpenTelemetry's API alone", subject: 'reference', wrapper: 'otel' },
  {
    load: "a call, OpenTelemetry's API and SDK",
    subject: 'reference',
    wrapper: 'otel',
    makesSpans: true,
  },
];
