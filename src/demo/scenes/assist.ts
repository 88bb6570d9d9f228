/** A question to the shop's assistant: a model is asked, calls tools, and is asked again with what they found. */
import { SpanKind } from '@opentelemetry/api';
import type { DemoRandom } from '../demo-random.ts';
import type { SpanPlan } from '../span-plan.ts';
import { type Body, type Step, scene } from '../step.ts';
import { ask, query, serverSpan } from './calls.ts';

const MODEL = 'shop-medium-2';
const AGENT = { 'gen_ai.provider.name': 'shop', 'gen_ai.agent.name': 'shop assistant' };

export function assist(random: DemoRandom): SpanPlan {
  const conversation = `c-${random.between(100_000, 999_999)}`;
  return scene(serverSpan('web', 'POST', '/assistant'), random, (web) => {
    web.work(1.4);
    ask(
      web,
      {
        to: 'assistant',
        method: 'POST',
        route: '/conversations/{id}',
        path: `/conversations/${conversation}`,
      },
      (service) => {
        const attributes = {
          ...AGENT,
          'gen_ai.operation.name': 'invoke_agent',
          'gen_ai.conversation.id': conversation,
        };
        service.child({ name: 'invoke_agent shop assistant', attributes }, (agent) => {
          chat(agent, 640, 58, 'tool_calls');
          const tools = agent.random.between(1, 3);
          agent.parallel(
            TOOLS.slice(0, tools).map(
              ([name, about, body]) =>
                (step: Step) =>
                  tool(step, name, about, body),
            ),
          );
          chat(agent, 1_480, 212, 'stop');
        });
        query(service, {
          operation: 'INSERT',
          table: 'conversations',
          text: 'INSERT INTO conversations (id, turn, text) VALUES ($1, $2, $3)',
        });
      },
    );
    web.set({ 'http.response.status_code': 200 });
  });
}

function chat(agent: Step, input: number, output: number, finish: string): void {
  const { random } = agent;
  const attributes = {
    ...AGENT,
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': MODEL,
    'gen_ai.response.model': MODEL,
    'gen_ai.request.temperature': 0.3,
    'gen_ai.response.finish_reasons': [finish],
    'gen_ai.usage.input_tokens': Math.round(random.around(input, 0.2)),
    'gen_ai.usage.output_tokens': Math.round(random.around(output, 0.3)),
    'server.address': 'models.shop.internal',
    'server.port': 443,
  };
  agent.child({ name: `chat ${MODEL}`, kind: SpanKind.CLIENT, attributes }, (model) => {
    model.work(180);
    model.event('first token');
    // A model writes some 80 tokens a second.
    model.work(output * 12, 0.25);
  });
}

function tool(step: Step, name: string, about: string, body: Body): void {
  const attributes = {
    ...AGENT,
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': name,
    'gen_ai.tool.description': about,
    'gen_ai.tool.type': 'function',
    'gen_ai.tool.call.id': `call_${step.random.between(10_000, 99_999)}`,
  };
  step.child({ name: `execute_tool ${name}`, attributes }, body);
}

const TOOLS: readonly (readonly [name: string, about: string, body: Body])[] = [
  [
    'find_articles',
    'Finds articles by words and price',
    (step) =>
      ask(
        step,
        { to: 'stock', method: 'GET', route: '/articles', path: '/articles?words=warm+light' },
        (stock) => {
          stock.work(1);
          query(stock, {
            operation: 'SELECT',
            table: 'articles',
            text: 'SELECT id, name FROM articles WHERE words @@ to_tsquery($1) LIMIT 10',
            medianMs: 38,
            rows: 10,
          });
        },
      ),
  ],
  [
    'delivery_date',
    'Says when an article can be there',
    (step) => {
      const isLate = step.random.chance(0.15);
      const status = (): number => (isLate ? 504 : 200);
      const asked = ask(
        step,
        { to: 'checkout', method: 'GET', route: '/delivery', status },
        (checkout) => {
          const text = 'SELECT avg(took) FROM deliveries WHERE day > current_date - 30';
          query(checkout, {
            operation: 'SELECT',
            table: 'deliveries',
            text,
            medianMs: isLate ? 2_000 : 120,
          });
          if (isLate) checkout.fail('statement timeout');
        },
      );
      if (asked.failed) step.fail('the tool did not answer in time');
    },
  ],
  [
    'customer_orders',
    'Lists what a customer has ordered',
    (step) => {
      const text = 'SELECT number, placed FROM orders WHERE customer = $1';
      query(step, { operation: 'SELECT', table: 'orders', text, medianMs: 5, rows: 12 });
    },
  ],
];
