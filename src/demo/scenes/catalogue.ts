/** The nightly rebuild of the catalogue, a shelf at a time: what the big trace is made of. */
import { SpanKind } from '@opentelemetry/api';
import type { DemoRandom } from '../demo-random.ts';
import type { SpanPlan } from '../span-plan.ts';
import { type CodePlace, Step } from '../step.ts';
import { ask, askOutside, cached, query } from './calls.ts';

const CHECK: CodePlace = ['checkShelf', 'src/catalogue/check-shelf.ts', 33];
const PRICE: CodePlace = ['priceArticle', 'src/catalogue/price-article.ts', 58];

/** Some dozens to hundreds of spans, nine levels of them. @param startMs in its trace */
export function shelf(random: DemoRandom, name: string, startMs: number): SpanPlan {
  return shelfStep(random, name, startMs, (step) => {
    query(step, {
      operation: 'SELECT',
      table: 'articles',
      text: 'SELECT * FROM articles WHERE shelf = $1 FOR UPDATE SKIP LOCKED',
      medianMs: 7,
      rows: 12,
    });
    const count = random.between(4, 14);
    // Two articles at a time, as the pool has two connections.
    for (let at = 0; at < count; at += 2)
      step.parallel([article, article].slice(0, Math.min(2, count - at)));
    step.checkpoint('shelf.checked', { articles: count });
  });
}

/** Exactly so many spans: each row is read by itself. */
export function burst(random: DemoRandom, name: string, startMs: number, spans: number): SpanPlan {
  return shelfStep(random, name, startMs, (step) => {
    const text = 'SELECT count FROM stock WHERE article = $1';
    for (let at = 1; at < spans; at++) {
      query(step, { operation: 'SELECT', table: 'stock', text, medianMs: 0.9 });
      step.work(0.1);
    }
  });
}

function shelfStep(
  random: DemoRandom,
  name: string,
  startMs: number,
  body: (step: Step) => void,
): SpanPlan {
  const [call, file, line] = CHECK;
  const attributes = {
    'code.function.name': call,
    'code.file.path': `/srv/shop/stock/${file}`,
    'code.line.number': line,
    'shop.shelf': name,
  };
  const step = new Step({ service: 'stock', name: call, attributes }, random, startMs);
  step.work(0.4);
  body(step);
  return step.plan();
}

function article(step: Step): void {
  const id = step.random.between(1_000, 9_999);
  const priced = step.call(PRICE, (price) => {
    price.set({ 'shop.article': id });
    price.work(0.3);
    if (cached(price, `price:${id}`, 0.35)) return;
    const isStale = price.random.chance(0.01);
    const status = (): number => (isStale ? 409 : 200);
    ask(price, { to: 'checkout', method: 'POST', route: '/prices', status }, (checkout) => {
      checkout.call(['calculatePrice', 'src/prices/calculate-price.ts', 17], (calculate) => {
        calculate.work(0.8);
        ask(
          calculate,
          { to: 'payment', method: 'GET', route: '/rates/{currency}', path: '/rates/EUR' },
          (payment) => {
            payment.call(['convert', 'src/rates/convert.ts', 9], (convert) => {
              convert.work(0.2);
              const text = 'SELECT rate FROM rates WHERE currency = $1 AND day = current_date';
              query(convert, { operation: 'SELECT', table: 'rates', text, medianMs: 1.6 });
            });
          },
        );
        if (isStale)
          calculate.throws('StalePrice', 'the price has changed meanwhile', [
            ['calculatePrice', 'src/prices/calculate-price.ts', 41],
          ]);
      });
    });
    if (isStale) return;
    const text = 'UPDATE articles SET cents = $2, checked = now() WHERE id = $1';
    query(price, { operation: 'UPDATE', table: 'articles', text, medianMs: 2.4 });
    if (price.random.chance(0.02)) describe(price);
    if (price.random.chance(0.05)) {
      ask(
        price,
        { to: 'web', method: 'DELETE', route: '/cache/{id}', path: `/cache/${id}` },
        (web) => web.work(0.4),
      );
    }
  });
  if (!priced.failed) step.work(0.2);
}

function describe(step: Step): void {
  ask(step, { to: 'assistant', method: 'POST', route: '/descriptions' }, (assistant) => {
    const attributes = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'shop',
      'gen_ai.request.model': 'shop-small-1',
      'gen_ai.usage.input_tokens': assistant.random.between(200, 900),
      'gen_ai.usage.output_tokens': assistant.random.between(40, 160),
    };
    assistant.child({ name: 'chat shop-small-1', kind: SpanKind.CLIENT, attributes }, (chat) =>
      chat.work(240),
    );
  });
}

/** What comes after all shelves. Five spans. */
export function report(random: DemoRandom, startMs: number): SpanPlan {
  const step = new Step({ service: 'stock', name: 'sendReport' }, random, startMs);
  ask(step, { to: 'mail-worker', method: 'POST', route: '/reports' }, (mail) => {
    askOutside(mail, 'archive.example', '/reports', 60, 201);
    query(mail, {
      operation: 'INSERT',
      table: 'reports',
      text: 'INSERT INTO reports (day, text) VALUES ($1, $2)',
    });
  });
  return step.plan();
}
