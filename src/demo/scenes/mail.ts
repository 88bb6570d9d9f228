/** Mail: receipts from a queue, a digest that takes its time, and a newsletter that never ends. */
import { SpanKind } from '@opentelemetry/api';
import type { DemoRandom } from '../demo-random.ts';
import type { SpanPlan } from '../span-plan.ts';
import { type Step, scene } from '../step.ts';
import { query } from './calls.ts';

const SMTP = {
  'server.address': 'smtp.shop.internal',
  'server.port': 587,
  'service.peer.name': 'smtp',
};

export function mailReceipt(mail: Step, number: string): void {
  const text = 'SELECT * FROM orders JOIN customers USING (customer) WHERE number = $1';
  query(mail, { operation: 'SELECT', table: 'orders', text, medianMs: 4 });
  mail.call(['renderReceipt', 'src/receipt.ts', 22], (render) => render.work(9));
  const isRefused = mail.random.chance(0.04);
  const sent = mail.child(
    { name: 'SMTP send', kind: SpanKind.CLIENT, attributes: SMTP },
    (smtp) => {
      smtp.work(70);
      if (!isRefused) return;
      smtp.throws('SmtpError', '421 too many connections, try again later', [
        ['sendMail', 'src/smtp.ts', 104],
        ['mailReceipt', 'src/receipt.ts', 40],
      ]);
    },
  );
  mail.set({ 'shop.order.number': number });
  if (sent.failed) mail.fail('the receipt goes back into the queue');
}

/** Half a minute of work, told when it begins: it is seen while it runs. */
export function digest(random: DemoRandom): SpanPlan {
  const options = { service: 'mail-worker', name: 'send weekly digest', isTold: true } as const;
  return scene(options, random, (job) => {
    const batches = 8;
    job.set({ 'shop.digest.batches': batches });
    const text = 'SELECT id, address FROM customers WHERE digest AND NOT bounced';
    query(job, { operation: 'SELECT', table: 'customers', text, medianMs: 300, rows: 1_600 });
    for (let at = 1; at <= batches; at++) {
      job.call(['sendBatch', 'src/digest/send-batch.ts', 51], (batch) => {
        batch.set({ 'shop.digest.batch': at });
        batch.call(['renderDigest', 'src/digest/render-digest.ts', 19], (one) => one.work(400));
        batch.parallel(
          Array.from({ length: 4 }, () => (step: Step) => {
            step.child({ name: 'SMTP send', kind: SpanKind.CLIENT, attributes: SMTP }, (smtp) =>
              smtp.work(2_200, 0.3),
            );
          }),
        );
      });
      job.checkpoint('batch.sent', { batch: at, of: batches });
      job.work(300);
    }
  });
}

/** Waits for a server that took its connection and never answers. */
export function newsletter(random: DemoRandom): SpanPlan {
  const options = { service: 'mail-worker', name: 'send newsletter', isTold: true } as const;
  return scene(options, random, (job) => {
    job.set({ 'shop.newsletter.issue': 48 });
    const text = 'SELECT id, address FROM customers WHERE newsletter';
    query(job, { operation: 'SELECT', table: 'customers', text, medianMs: 420, rows: 5_210 });
    job.call(['renderIssue', 'src/newsletter/render-issue.ts', 27], (render) => render.work(900));
    job.checkpoint('issue.rendered', { bytes: 48_213 });
    job.call(['sendIssue', 'src/newsletter/send-issue.ts', 64], (send) => {
      for (let at = 0; at < 3; at++)
        send.child({ name: 'SMTP send', kind: SpanKind.CLIENT, attributes: SMTP }, (smtp) =>
          smtp.work(110),
        );
      send.child(
        { name: 'SMTP send', kind: SpanKind.CLIENT, attributes: SMTP, isTold: true },
        (smtp) => {
          smtp.work(20);
          smtp.hang();
        },
      );
    });
  });
}
