/**
 * Starts the shop and the payment service, places two orders, and says which traces they left.
 *
 * Traces go to http://localhost:4317, or where OTEL_EXPORTER_OTLP_ENDPOINT says.
 */
import { startPayment } from './payment.ts';
import { type Order, startShop } from './shop.ts';
import { startTracing } from './tracing.ts';

const articles = ['lamp', 'chair', 'table', 'rug'];
const orders: readonly Order[] = [
  { articles, card: 'good' },
  { articles, card: 'empty' },
];

const [shopTracing, paymentTracing] = [startTracing('shop'), startTracing('payment')];
const payment = await startPayment(paymentTracing.tracer);
const shop = await startShop(shopTracing.tracer, payment.url);

for (const order of orders) {
  const response = await fetch(`${shop.url}/orders`, {
    method: 'POST',
    body: JSON.stringify(order),
  });
  await response.arrayBuffer();
  const traceId = response.headers.get('trace-id');
  console.log(`${response.status} with the ${order.card} card: trace ${traceId}`);
}

await shop.idle();
await shop.close();
await payment.close();
await Promise.all([shopTracing.shutdown(), paymentTracing.shutdown()]);
