/** Server-sent events as text (HTML standard, 9.2). Data is JSON on one line, so that it needs no cutting. */
import { writeJson } from '../../views/json.ts';

export interface TailEvent {
  readonly event: string;
  /** Given back by a browser that connects again, as Last-Event-ID. */
  readonly id?: string | undefined;
  readonly data: object;
}

export function eventText({ event, id, data }: TailEvent): string {
  const place = id === undefined ? '' : `id: ${id}\n`;
  return `event: ${event}\n${place}data: ${writeJson(data)}\n\n`;
}

/** How long a browser waits before it connects again; and where it is before anything was told. */
export function openingText(retryMs: number, id: string | undefined): string {
  return `retry: ${retryMs}\n${id === undefined ? '' : `id: ${id}\n`}\n`;
}

/** A comment, which keeps the connection from looking dead. */
export const HEARTBEAT = ':\n\n';
