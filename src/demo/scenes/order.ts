/** An order: through four services at once, over a payment provider that has its bad minutes, and a receipt that is mailed later. */
import type { DemoRandom } from '../demo-random.ts';
import type { SpanPlan } from '../span-plan.ts';
import { type Step, scene } from '../step.ts';
import { ask, askOutside, publish, query, serverSpan } from './calls.ts';
import { mailReceipt } from './mail.ts';

export type Payment = 'paid' | 'declined' | 'retried' | 'unreachable';

const PROVIDER = 'api.psp.example';
const ATTEMPTS_MAX = 3;

export function order(random: DemoRandom, payment: Payment): SpanPlan {
  const count = random.between(1, 5);
  const number = `A-${random.between(10_000, 99_999)}`;
  const isPaid = payment === 'paid' || payment === 'retried';
  const status = (): number => (isPaid ? 201 : payment === 'declined' ? 402 : 502);
  return scene(serverSpan('web', 'POST', '/orders'), random, (web) => {
    web.work(1.8);
    ask(web, { to: 'checkout', method: 'POST', route: '/checkout', status }, (checkout) => {
      checkout.set({ 'shop.order.number': number, 'shop.order.articles': count });
      checkout.call(['validateCart', 'src/cart/validate-cart.ts', 18], (validate) => {
        validate.work(0.9);
        validate.checkpoint('cart.validated', { items: count });
      });
      checkout.call(['reserveStock', 'src/stock/reserve-stock.ts', 42], (reserve) =>
        reserve.parallel(Array.from({ length: count }, () => (step: Step) => reserveArticle(step))),
      );
      const charged = checkout.call(['charge', 'src/payment/charge.ts', 71], (charge) => {
        pay(charge, payment);
        if (isPaid) return;
        charge.throws(
          payment === 'declined' ? 'CardDeclined' : 'ProviderUnavailable',
          payment === 'declined'
            ? 'the card was declined: insufficient funds'
            : `503 from ${PROVIDER} after ${ATTEMPTS_MAX} attempts`,
          [
            ['charge', 'src/payment/charge.ts', 88],
            ['placeOrder', 'src/orders/place-order.ts', 53],
          ],
        );
      });
      if (charged.failed) {
        release(checkout, count);
        return;
      }
      store(checkout, number, count);
    });
    web.set({ 'http.response.status_code': status() });
    if (status() >= 500) web.fail('');
    web.work(0.8);
  });
}

function reserveArticle(step: Step): void {
  const id = step.random.between(1_000, 9_999);
  ask(
    step,
    {
      to: 'stock',
      method: 'POST',
      route: '/articles/{id}/reserve',
      path: `/articles/${id}/reserve`,
    },
    (stock) => {
      stock.work(0.5);
      query(stock, {
        operation: 'UPDATE',
        table: 'stock',
        text: 'UPDATE stock SET reserved = reserved + 1 WHERE article = $1 AND count > reserved',
        medianMs: 6,
      });
    },
  );
}

function pay(charge: Step, payment: Payment): void {
  const status = (): number =>
    payment === 'declined' ? 402 : payment === 'unreachable' ? 503 : 201;
  ask(charge, { to: 'payment', method: 'POST', route: '/charges', status }, (service) => {
    const text = 'SELECT token FROM cards WHERE id = $1';
    query(service, { operation: 'SELECT', table: 'cards', text });
    service.call(['authorise', 'src/authorise.ts', 29], (authorise) => {
      const good = payment === 'declined' ? 402 : 200;
      const failures =
        payment === 'retried'
          ? authorise.random.between(1, 2)
          : payment === 'unreachable'
            ? ATTEMPTS_MAX
            : 0;
      for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
        const isLost = attempt < failures;
        const resend = attempt === 0 ? undefined : attempt;
        askOutside(
          authorise,
          PROVIDER,
          '/v2/authorisations',
          isLost ? 160 : 90,
          isLost ? 503 : good,
          resend,
        );
        if (!isLost) break;
        authorise.event('retry', {
          attempt: attempt + 1,
          'retry.reason': '503 Service Unavailable',
        });
        // Twice as long before each attempt.
        authorise.work(60 * 2 ** attempt, 0.1);
      }
      if (payment === 'unreachable') authorise.fail(`no answer from ${PROVIDER}`);
    });
    if (status() === 201)
      query(service, {
        operation: 'INSERT',
        table: 'charges',
        text: 'INSERT INTO charges (order_number, cents, token) VALUES ($1, $2, $3)',
        medianMs: 7,
      });
  });
}

function release(checkout: Step, count: number): void {
  checkout.call(['releaseStock', 'src/stock/release-stock.ts', 15], (step) => {
    const text = 'UPDATE stock SET reserved = reserved - 1 WHERE article = ANY($1)';
    query(step, { operation: 'UPDATE', table: 'stock', text, rows: count });
  });
}

function store(checkout: Step, number: string, count: number): void {
  checkout.call(['storeOrder', 'src/orders/store-order.ts', 36], (step) => {
    const orders = 'INSERT INTO orders (number, customer, cents) VALUES ($1, $2, $3)';
    query(step, { operation: 'INSERT', table: 'orders', text: orders, medianMs: 6 });
    const lines = 'INSERT INTO order_lines SELECT * FROM unnest($1, $2, $3)';
    query(step, {
      operation: 'INSERT',
      table: 'order_lines',
      text: lines,
      medianMs: 5,
      rows: count,
    });
    step.checkpoint('order.stored', { number });
  });
  publish(checkout, {
    queue: 'receipts',
    id: number,
    consumer: 'mail-worker',
    handle: (mail) => mailReceipt(mail, number),
  });
}
