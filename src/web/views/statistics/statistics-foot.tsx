/** What the numbers rest on: what was counted, how exact it is, what is stored, what was dropped and why. */
import type { DashboardStats } from '../../data/wire.ts';
import { formatBytes, formatCount, formatShare } from '../../format/count.ts';
import { formatClock, millisOf } from '../../format/time.ts';
import { statisticsText } from '../../text/statistics-en.ts';
import './statistics-foot.css';

const said = statisticsText.foot;
/** Where no record says another. */
const RELATIVE_ERROR = 0.01;

export function StatisticsFoot({ dashboard }: { readonly dashboard: DashboardStats }) {
  const { spans, traces, running, slowest, storage, dropped } = dashboard;
  const counted = said.counted(formatCount(Math.round(spans)), formatCount(Math.round(traces)));
  const drops = Object.entries(dropped).filter(([, count]) => count > 0);
  const stored = said.stored(formatCount(storage.spans), formatBytes(storage.bytes));
  return (
    <footer class="statistics-foot faint">
      <p>
        {join([
          `${counted}: ${said.all}`,
          ...(running > 0 ? [said.running(formatCount(running))] : []),
          said.error(`±${formatShare(slowest[0]?.relativeError ?? RELATIVE_ERROR)}`),
          said.minutes,
        ])}
      </p>
      <p>
        {join([
          storage.oldest === undefined
            ? stored
            : `${stored} ${said.since(formatClock(millisOf(storage.oldest)))}`,
          drops.length === 0
            ? said.nothingDropped
            : drops
                .map(([reason, count]) =>
                  said.dropped(formatCount(count), statisticsText.reasons[reason] ?? reason),
                )
                .join(', '),
          said.droppedSince,
        ])}
      </p>
    </footer>
  );
}

const join = (parts: readonly string[]): string => parts.join(' · ');
