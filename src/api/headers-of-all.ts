/** What every answer carries: nothing here is to be kept, framed, sniffed, run, or read by a page of another origin. */
export const HEADERS_OF_ALL = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  vary: 'accept-encoding',
} as const;
