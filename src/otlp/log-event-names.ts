/**
 * The log records by which programs tell of spans that have not ended, and the attributes of theirs that are no attributes of the
 * span (docs/decisions/0012).
 */
import { CHECKPOINT_EVENT } from '../model/checkpoint.ts';

export const LOG_EVENT: Readonly<
  Record<'start' | 'end' | 'checkpoint' | 'alive' | 'exit', string>
> = {
  start: 'synton.span.start',
  end: 'synton.span.end',
  checkpoint: CHECKPOINT_EVENT,
  alive: 'synton.process.alive',
  exit: 'synton.process.exit',
};

export const TOLD = {
  name: 'synton.span.name',
  /** Hexadecimal; absent for a root. */
  parentId: 'synton.span.parent_id',
  /** OTLP's number. */
  kind: 'synton.span.kind',
  /** Of what a start says: a higher one replaces what is known. */
  revision: 'synton.span.revision',
  /** OTLP's number of a status, with an end. */
  status: 'synton.span.status',
  /** With an end: no span will be received, forget it. */
  withdrawn: 'synton.span.withdrawn',
  eventName: 'event.name',
} as const;
