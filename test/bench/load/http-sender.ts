/** OTLP/HTTP on node:http, a kept connection for each request in flight. */
import http from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Form } from './bench-requests.ts';
import { ANSWER_WITHIN_MS, GZIP_LEVEL, type Sender } from './sender.ts';

const BUSY: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const CONTENT_TYPES: Readonly<Record<Form, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
};

export class HttpSender implements Sender {
  readonly #url: URL;
  readonly #gzip: boolean;
  readonly #form: Form;
  readonly #agent: http.Agent;

  constructor(url: string, inFlight: number, form: Form, gzip: boolean) {
    this.#url = new URL(url);
    this.#form = form;
    this.#gzip = gzip;
    this.#agent = new http.Agent({ keepAlive: true, maxSockets: inFlight });
  }

  async send(body: Buffer): Promise<'taken' | 'busy'> {
    // A copy, as the caller fills the same buffer again.
    const bytes = this.#gzip ? gzipSync(body, { level: GZIP_LEVEL }) : Buffer.from(body);
    const { status, answer } = await this.#exchange(bytes);
    if (BUSY.has(status)) return 'busy';
    if (status !== 200) throw new Error(`refused with HTTP status ${status}`);
    const isAll = this.#form === 'protobuf' ? answer.length === 0 : !/rejectedSpans/.test(answer);
    if (!isAll) throw new Error('the receiver rejected spans');
    return 'taken';
  }

  close(): void {
    this.#agent.destroy();
  }

  #exchange(bytes: Buffer): Promise<{ status: number; answer: string }> {
    return new Promise((resolve, reject) => {
      const headers = {
        'content-type': CONTENT_TYPES[this.#form],
        'content-length': bytes.length,
        ...(this.#gzip && { 'content-encoding': 'gzip' }),
      };
      const request = http.request(
        this.#url,
        { method: 'POST', agent: this.#agent, headers, timeout: ANSWER_WITHIN_MS },
        (response) => {
          let answer = '';
          response.setEncoding('latin1').on('data', (text: string) => {
            answer += text;
          });
          response.on('end', () => resolve({ status: response.statusCode!, answer }));
          response.on('error', reject);
        },
      );
      request.on('timeout', () => request.destroy(new Error('no answer')));
      request.on('error', reject);
      request.end(bytes);
    });
  }
}
