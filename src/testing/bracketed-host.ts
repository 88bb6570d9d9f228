/** An address of IPv6 in brackets, so that its last part is not taken for a port. Anything else as it is. */
export function bracketedHost(host: string): string {
  return /^[^[\]]*:[^[\]]*:[^[\]]*$/.test(host) ? `[${host}]` : host;
}
