/**
 * Where the stock exporter sends: takes OTLP/HTTP, counts spans and keeps nothing. Prints its port; GET tells
 * the count.
 */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { SpanScanner } from '../../../src/otlp/scan-traces.ts';

const scanner = new SpanScanner();
let spans = 0;
const server = http.createServer(async (request, response) => {
  if (request.method === 'POST') {
    scanner.scan(await buffer(request));
    spans += scanner.count;
    response.setHeader('content-type', 'application/x-protobuf').end();
  } else response.end(JSON.stringify({ spans }));
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`);
});
