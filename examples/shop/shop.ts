/**
 * The shop: takes an order. It reads well, and its tests pass. What it really does is in its traces: a query an
 * article, a report that everybody waits for, and a receipt that is mailed whether or not anything was paid.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Span, SpanKind, type Tracer } from '@opentelemetry/api';
import { query } from './database.ts';
import { checkpoint, endWith, inSpan } from './tracing.ts';
import { post, serve, type WebService } from './web-service.ts';

export interface Order {
  readonly articles: readonly string[];
  readonly card: string;
}

const CENTS_AN_ARTICLE = 1250;

export interface Shop extends WebService {
  /** Resolves once no receipt is on its way any more. */
  readonly idle: () => Promise<void>;
}

export async function startShop(tracer: Tracer, paymentUrl: string): Promise<Shop> {
  const receipts = new Set<Promise<void>>();
  const service = await serve(tracer, '/orders', async (body) => {
    const order = body as Order;
    await inSpan(tracer, 'reserveStock', (span) => reserveStock(tracer, order, span));
    await inSpan(tracer, 'estimateDelivery', () => estimateDelivery(tracer));
    const paid = await inSpan(tracer, 'charge', (span) => charge(tracer, paymentUrl, order, span));
    // Nobody waits for the receipt.
    const receipt = inSpan(tracer, 'mailReceipt', () => mailReceipt(tracer));
    receipts.add(receipt);
    void receipt.finally(() => receipts.delete(receipt));
    return paid
      ? { status: 201, body: { ordered: order.articles.length } }
      : { status: 402, body: { error: 'payment was declined' } };
  });
  return { ...service, idle: async () => void (await Promise.all(receipts)) };
}

async function reserveStock(tracer: Tracer, { articles }: Order, span: Span): Promise<void> {
  for (const _ of articles) {
    await query(tracer, {
      operation: 'SELECT',
      table: 'stock',
      text: 'SELECT count FROM stock WHERE article = $1 FOR UPDATE',
      takesMs: 4,
    });
  }
  checkpoint(span, 'stock reserved');
}

/** The slow path: yesterday's deliveries, all of them, every time. */
function estimateDelivery(tracer: Tracer): Promise<void> {
  return query(tracer, {
    operation: 'SELECT',
    table: 'deliveries',
    text: 'SELECT avg(took) FROM deliveries WHERE day = current_date - 1',
    takesMs: 140,
  });
}

/** Whether it was paid. */
async function charge(
  tracer: Tracer,
  paymentUrl: string,
  order: Order,
  span: Span,
): Promise<boolean> {
  const cents = order.articles.length * CENTS_AN_ARTICLE;
  const { status } = await post(tracer, `${paymentUrl}/charges`, { card: order.card, cents });
  if (status >= 400) checkpoint(span, 'payment declined');
  return status < 400;
}

function mailReceipt(tracer: Tracer): Promise<void> {
  const attributes = { 'service.peer.name': 'mail', 'server.address': 'smtp.internal' };
  return tracer.startActiveSpan('SMTP send', { kind: SpanKind.CLIENT, attributes }, (span) =>
    endWith(span, () => sleep(60)),
  );
}
