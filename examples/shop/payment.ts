/** The payment service: looks the card up and declines one of them. */
import type { Tracer } from '@opentelemetry/api';
import { query } from './database.ts';
import { inSpan } from './tracing.ts';
import { serve, type WebService } from './web-service.ts';

class CardDeclined extends Error {
  override readonly name = 'CardDeclined';
}

export function startPayment(tracer: Tracer): Promise<WebService> {
  return serve(tracer, '/charges', async (body) => {
    const { card, cents } = body as { card: string; cents: number };
    await query(tracer, {
      operation: 'SELECT',
      table: 'cards',
      text: 'SELECT * FROM cards WHERE token = $1',
      takesMs: 6,
    });
    try {
      await inSpan(tracer, 'authorise', async () => {
        if (card === 'empty') throw new CardDeclined(`insufficient funds for ${cents} cents`);
      });
    } catch {
      return { status: 402, body: { error: 'declined' } };
    }
    await query(tracer, {
      operation: 'INSERT',
      table: 'charges',
      text: 'INSERT INTO charges (card, cents) VALUES ($1, $2)',
      takesMs: 8,
    });
    return { status: 201, body: { charged: cents } };
  });
}
