/** Looking around in the shop: most of what happens, and nearly always well. */
import type { DemoRandom } from '../demo-random.ts';
import type { SpanPlan } from '../span-plan.ts';
import { type Step, scene } from '../step.ts';
import { ask, cached, query, serverSpan } from './calls.ts';

const SHELVES = ['lamps', 'chairs', 'tables', 'rugs', 'shelves', 'mirrors'] as const;

export function browse(random: DemoRandom): SpanPlan {
  const shelf = random.pick(SHELVES);
  return scene(serverSpan('web', 'GET', '/shelf/{shelf}', `/shelf/${shelf}`), random, (web) => {
    web.work(1.5);
    web.call(['loadSession', 'src/session.ts', 31], (session) => {
      session.work(0.2);
      cached(session, 'session:*', 0.97);
    });
    web.parallel([
      (step) =>
        ask(
          step,
          { to: 'stock', method: 'GET', route: '/articles', path: `/articles?shelf=${shelf}` },
          (stock) => articles(stock, shelf),
        ),
      (step) =>
        ask(
          step,
          { to: 'checkout', method: 'GET', route: '/cart/{id}', path: '/cart/7f3a' },
          (cart) => {
            cart.work(0.6);
            cached(cart, 'cart:7f3a', 0.9);
          },
        ),
    ]);
    web.call(['renderPage', 'src/render.tsx', 12], (render) => {
      render.work(6);
      render.checkpoint('page.rendered', { shelf });
    });
    // Nobody waits for it: it ends after the answer has gone.
    web.background({ name: 'recordVisit' }, (visit) => {
      const text = 'INSERT INTO visits (shelf, at) VALUES ($1, now())';
      query(visit, { operation: 'INSERT', table: 'visits', text, medianMs: 18 });
    });
    web.set({ 'http.response.status_code': 200 });
  });
}

function articles(stock: Step, shelf: string): void {
  stock.work(0.8);
  if (cached(stock, `shelf:${shelf}`)) return;
  query(stock, {
    operation: 'SELECT',
    table: 'articles',
    text: 'SELECT id, name, cents FROM articles WHERE shelf = $1 ORDER BY rank LIMIT 48',
    medianMs: 14,
    rows: stock.random.between(20, 48),
  });
  stock.call(['rankArticles', 'src/rank.ts', 77], (rank) => rank.work(3));
}

/** The list of one's orders: each article of each order is asked for by itself. */
export function orderHistory(random: DemoRandom): SpanPlan {
  return scene(serverSpan('web', 'GET', '/orders'), random, (web) => {
    web.work(1.2);
    ask(
      web,
      { to: 'checkout', method: 'GET', route: '/orders', path: '/orders?customer=812' },
      (checkout) => {
        checkout.call(['listOrders', 'src/orders/list-orders.ts', 24], (list) => {
          const count = list.random.between(16, 32);
          const text = 'SELECT * FROM orders WHERE customer = $1 ORDER BY placed DESC';
          query(list, { operation: 'SELECT', table: 'orders', text, medianMs: 5, rows: count });
          for (let at = 0; at < count; at++) {
            query(list, {
              operation: 'SELECT',
              table: 'order_lines',
              text: 'SELECT article, count, cents FROM order_lines WHERE order_id = $1',
              medianMs: 2.2,
              rows: list.random.between(1, 6),
            });
            list.work(0.3);
          }
        });
      },
    );
    web.call(['renderPage', 'src/render.tsx', 12], (render) => render.work(8));
    web.set({ 'http.response.status_code': 200 });
  });
}

/** A mistake that nobody has seen yet: an article without a size. */
export function articlePage(random: DemoRandom, isBroken: boolean): SpanPlan {
  const id = random.between(1_000, 9_999);
  const route = '/article/{id}';
  return scene(serverSpan('web', 'GET', route, `/article/${id}`), random, (web) => {
    const status = (): number => (isBroken ? 500 : 200);
    web.work(1);
    ask(
      web,
      { to: 'stock', method: 'GET', route: '/articles/{id}', path: `/articles/${id}`, status },
      (stock) => {
        const text = 'SELECT * FROM articles WHERE id = $1';
        query(stock, { operation: 'SELECT', table: 'articles', text });
        const described = stock.call(['describeArticle', 'src/describe.ts', 58], (describe) => {
          describe.work(1.4);
          if (!isBroken) return;
          describe.throws('TypeError', "Cannot read properties of undefined (reading 'width')", [
            ['describeArticle', 'src/describe.ts', 61],
            ['articleRoute', 'src/routes.ts', 33],
          ]);
        });
        if (described.failed) stock.fail("Cannot read properties of undefined (reading 'width')");
      },
    );
    if (isBroken) web.fail('');
    else web.call(['renderPage', 'src/render.tsx', 12], (render) => render.work(4));
    web.set({ 'http.response.status_code': status() });
  });
}
