/**
 * Stands in for a database and its instrumentation: answers after a while, and leaves the spans that a real
 * client leaves (semantic conventions, "Database client spans").
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { SpanKind, type Tracer } from '@opentelemetry/api';
import { endWith } from './tracing.ts';

export interface Query {
  readonly operation: 'SELECT' | 'INSERT' | 'UPDATE';
  readonly table: string;
  readonly text: string;
  /** How long this one takes. */
  readonly takesMs: number;
}

export function query(tracer: Tracer, { operation, table, text, takesMs }: Query): Promise<void> {
  const options = {
    kind: SpanKind.CLIENT,
    attributes: {
      'db.system.name': 'postgresql',
      'db.namespace': 'shop',
      'db.operation.name': operation,
      'db.collection.name': table,
      'db.query.text': text,
      'server.address': 'db.internal',
      'server.port': 5432,
    },
  };
  return tracer.startActiveSpan(`${operation} ${table}`, options, (span) =>
    endWith(span, () => sleep(takesMs)),
  );
}
