/**
 * What arrives, as it arrives: server-sent events of /tail. One connection a tab, however many listen, as browsers allow six an origin; its
 * question is that of the last listener who has one. The browser connects again by itself and says where it was. A tab that nobody looks at
 * listens no more, and hears of a gap when it is looked at again.
 */
import { API, type Query, urlOf } from './api.ts';
import { tryNow } from './connection.ts';
import type { TraceSummary } from './wire.ts';

export interface TailTraces {
  /** New, or with something new; newest first. */
  readonly items: readonly TraceSummary[];
  /** That many more there were at once. */
  readonly more: number;
}

export interface TailRate {
  readonly spansPerSecond: number;
  readonly errorsPerSecond: number;
  readonly dropped: Readonly<Record<string, number>>;
}

export interface TailHandlers {
  readonly onTraces?: (traces: TailTraces) => void;
  /** The newest at once, where one is known: it is not repeated while nothing arrives. */
  readonly onRate?: (rate: TailRate) => void;
  /** From now on all is told; what came before has to be asked for. */
  readonly onOpen?: () => void;
  /** Of the trace that the query names. */
  readonly onChanged?: (change: { readonly revision: string }) => void;
  /** Something was passed over: what is shown should be asked for anew. */
  readonly onGap?: () => void;
}

interface Listener extends TailHandlers {
  /** Undefined: rates are enough. */
  readonly query: Query | undefined;
}

/** Until it is tried again. */
const REFUSED_MS = 5_000;
const RATES_ALONE: Query = { events: 'rate' };

let listeners: readonly Listener[] = [];
let source: EventSource | undefined;
let sourceUrl = '';
let again: number | undefined;
let newestRate: TailRate | undefined;

/** Ends with the function that is returned. */
export function openTail(query: Query | undefined, handlers: TailHandlers): () => void {
  const listener = { ...handlers, query };
  listeners = [...listeners, listener];
  connect();
  if (newestRate !== undefined) handlers.onRate?.(newestRate);
  return () => {
    listeners = listeners.filter((other) => other !== listener);
    connect();
  };
}

/** Who asks for traces or a trace: the last one that does. */
const asking = (): Listener | undefined => listeners.findLast(({ query }) => query !== undefined);

function connect(): void {
  const isWanted = listeners.length > 0 && !document.hidden;
  const url = isWanted ? urlOf(`${API}/tail`, asking()?.query ?? RATES_ALONE) : '';
  if (url === sourceUrl && source?.readyState !== EventSource.CLOSED) return;
  source?.close();
  source = undefined;
  sourceUrl = url;
  if (!isWanted) return;
  const opened = new EventSource(url);
  source = opened;
  opened.onerror = () => {
    if (opened !== source) return;
    // Closed: it was answered and refused, as too many listen, and will not try again by itself.
    if (opened.readyState === EventSource.CLOSED) {
      window.clearTimeout(again);
      again = window.setTimeout(connect, REFUSED_MS);
    } else void tryNow();
  };
  const on = <T>(name: string, tell: (data: T) => void): void =>
    opened.addEventListener(name, ({ data }: MessageEvent<string>) => {
      if (opened === source) tell(JSON.parse(data));
    });
  opened.onopen = () => {
    if (opened === source) asking()?.onOpen?.();
  };
  on<TailRate>('rate', (rate) => {
    newestRate = rate;
    for (const { onRate } of listeners) onRate?.(rate);
  });
  on<TailTraces>('traces', (traces) => asking()?.onTraces?.(traces));
  on<{ revision: string }>('changed', (change) => asking()?.onChanged?.(change));
  on('gap', () => asking()?.onGap?.());
}

document.addEventListener('visibilitychange', () => {
  const wasAway = source === undefined;
  connect();
  if (wasAway && source !== undefined) for (const { onGap } of listeners) onGap?.();
});
