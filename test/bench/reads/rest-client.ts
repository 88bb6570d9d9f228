/** Asks the REST API over one kept connection, one question at a time, and tells how long each answer took. */
import http from 'node:http';

export interface Answer {
  readonly status: number;
  /** From the asking to the last byte, the client's own work included. */
  readonly ms: number;
  readonly text: string;
}

const ANSWER_WITHIN_MS = 60_000;

export class RestClient {
  readonly #base: string;
  readonly #agent: http.Agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

  constructor(base: string) {
    this.#base = base;
  }

  /** @throws where there is no answer in time */
  ask(path: string, method: 'GET' | 'POST' = 'GET'): Promise<Answer> {
    const before = performance.now();
    return new Promise((resolve, reject) => {
      const request = http.request(
        `${this.#base}${path}`,
        { method, agent: this.#agent, timeout: ANSWER_WITHIN_MS },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const ms = performance.now() - before;
            resolve({ status: response.statusCode!, ms, text: Buffer.concat(chunks).toString() });
          });
        },
      );
      request.on('timeout', () => request.destroy(new Error(`no answer to ${path}`)));
      request.on('error', reject);
      request.end();
    });
  }

  /** @throws on anything but 200 */
  async askOk(path: string): Promise<Answer> {
    const answer = await this.ask(path);
    if (answer.status !== 200)
      throw new Error(`${path}: ${answer.status} ${answer.text.slice(0, 200)}`);
    return answer;
  }

  close(): void {
    this.#agent.destroy();
  }
}
