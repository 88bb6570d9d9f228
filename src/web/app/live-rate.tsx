/** How much arrives, and whether anything can. */
import { useEffect, useState } from 'preact/hooks';
import { isConnected, lives } from '../data/connection.ts';
import { openTail, type TailRate } from '../data/tail.ts';
import { formatRate } from '../format/count.ts';
import { text } from '../text/en.ts';
import './live-rate.css';

export function LiveRate() {
  const [rate, setRate] = useState<TailRate>();
  const life = lives.value;
  // A collector that is back has another tail.
  useEffect(() => openTail(undefined, { onRate: setRate }), [life]);
  const { off, live, quiet } = text.connection;
  const perSecond = rate?.spansPerSecond ?? 0;
  const said = !isConnected.value ? off : perSecond > 0 ? live(formatRate(perSecond)) : quiet;
  const state = !isConnected.value ? 'off' : perSecond > 0 ? 'live' : 'quiet';
  return (
    <span class={`live-rate live-rate-${state}`} title={said}>
      <span class="live-dot" aria-hidden="true" />
      <span class="live-rate-word" aria-hidden="true">
        {isConnected.value ? `${formatRate(perSecond)}/s` : off}
      </span>
      <span class="unseen">{said}</span>
    </span>
  );
}
