/** Something that answers over HTTP where a Synton is expected. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** Its address, host and port. Gone when the test is. */
export async function answering(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The answers of a Synton that has never heard of a path, but for its health. */
export async function olderSynton(): Promise<string> {
  return answering((request, response) => {
    const isKnown = request.url === '/health';
    const body = isKnown
      ? { status: 'ok', version: '0.0.7' }
      : { code: 'NotFound', detail: 'is no endpoint' };
    response.writeHead(isKnown ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
}

/** A port where nobody listens: one that was given and taken back. */
export async function nobody(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `127.0.0.1:${port}`;
}
