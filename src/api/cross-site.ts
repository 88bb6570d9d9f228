/**
 * Who may make Synton do something: what a page of another origin had a browser send is refused, even one of this machine, which may
 * ask questions (pipeline/request-guard.ts). Clients that are no browsers send neither header.
 */
import type { IncomingHttpHeaders } from 'node:http';

/** `none`: the user's own doing, from the address bar or a bookmark. */
const SITES_ALLOWED: readonly unknown[] = [undefined, 'same-origin', 'none'];

/** Undefined where the request may pass, else why not. */
export function crossSiteObjection(headers: IncomingHttpHeaders): string | undefined {
  const { host = '', origin } = headers;
  const isOwn = origin === undefined || /^https?:\/\/(.+)$/i.exec(origin)?.[1] === host;
  if (isOwn && SITES_ALLOWED.includes(headers['sec-fetch-site'])) return undefined;
  return 'only Synton’s own pages and clients that are no browsers may ask for this';
}
