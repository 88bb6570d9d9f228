/** What happens next in the shop. */
import type { DemoRandom } from '../demo-random.ts';
import type { SpanPlan } from '../span-plan.ts';
import { assist } from './assist.ts';
import { articlePage, browse, orderHistory } from './browse.ts';
import { order, type Payment } from './order.ts';

/** Shares of orders, by how they are paid: on a good day, and while the payment provider has trouble. */
const GOOD: readonly (readonly [number, Payment])[] = [
  [90, 'paid'],
  [5, 'declined'],
  [4, 'retried'],
  [1, 'unreachable'],
];
const TROUBLED: readonly (readonly [number, Payment])[] = [
  [10, 'paid'],
  [5, 'declined'],
  [25, 'retried'],
  [60, 'unreachable'],
];

export function anyScene(random: DemoRandom, isTroubled: boolean): SpanPlan {
  const own = random.fork();
  const kind = random.weighted([
    [46, 'browse'],
    [18, 'article'],
    // Who is told no tries again.
    [isTroubled ? 60 : 20, 'order'],
    [6, 'history'],
    [10, 'assist'],
  ]);
  if (kind === 'browse') return browse(own);
  if (kind === 'article') return articlePage(own, own.chance(0.06));
  if (kind === 'history') return orderHistory(own);
  if (kind === 'assist') return assist(own);
  return order(own, own.weighted(isTroubled ? TROUBLED : GOOD));
}
