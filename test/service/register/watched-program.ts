/** A program of a test, run twice: as it is, and with the instrumentation before it, against a collector of ours. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { oracle } from '../../support/otlp-proto.ts';

const REGISTER = join(import.meta.dirname, '../../../src/register/index.ts');

export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
  readonly signal: string | null;
}

export interface SeenSpan {
  readonly name: string;
  /** Who made it. */
  readonly scope: string;
  /** As OTLP has it: 2 server, 3 client. */
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly {
    readonly name: string;
    readonly attributes: Readonly<Record<string, unknown>>;
  }[];
  readonly status: number;
}

export class WatchedPrograms {
  readonly folder: string = realpathSync(mkdtempSync(join(tmpdir(), 'watched-program-')));
  readonly #server: Server;
  #spans = new Map<string, SeenSpan>();
  /** How long the destination takes for an answer; it gives one after the other. */
  answerMs = 0;
  /** As many requests get none. */
  unanswered = 0;
  #answered = Promise.resolve();

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        // It is no Synton, and takes no log records.
        if (request.url !== '/v1/traces') return response.writeHead(404).end();
        const body = Buffer.concat(chunks);
        const bytes = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
        const answer = () => {
          // Whoever has gone meanwhile does not know that they arrived.
          if (response.destroyed) return;
          for (const span of decodeTraces(bytes)) this.#spans.set(span.spanId, span);
          response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
        };
        if (this.unanswered-- > 0) return;
        if (this.answerMs === 0) return answer();
        this.#answered = this.#answered.then(() => setTimeout(this.answerMs)).then(answer);
        return;
      });
    });
  }

  async open(): Promise<void> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Those of the programs since the last call. */
  takeSpans(): SeenSpan[] {
    const taken = [...this.#spans.values()];
    this.#spans = new Map();
    return taken;
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries({ 'package.json': '{}', ...files })) {
      const path = join(this.folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  }

  plain(entry: string, kill?: RegExp): Promise<Ended> {
    // Whatever is imported first, the entry goes by way of the loader for ES modules.
    return this.#run(['--import', 'data:text/javascript,', join(this.folder, entry)], {}, kill);
  }

  watched(
    entry: string,
    env: Readonly<Record<string, string>> = {},
    kill?: RegExp,
  ): Promise<Ended> {
    return this.#run(['--import', REGISTER, join(this.folder, entry)], env, kill);
  }

  /** @param kill what the program has to say before it is killed */
  #run(
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    kill?: RegExp,
  ): Promise<Ended> {
    const { port } = this.#server.address() as AddressInfo;
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(?:NODE_OPTIONS|VITEST|SYNTON_|OTEL_)/.test(name),
    );
    const child = spawn(process.execPath, [...args], {
      cwd: this.folder,
      env: {
        ...Object.fromEntries(inherited),
        SYNTON_ENDPOINT: `http://127.0.0.1:${port}/v1/traces`,
        SYNTON_CACHE: join(this.folder, '.cache'),
        ...env,
      },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
      if (kill?.test(stdout)) child.kill('SIGKILL');
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    return new Promise((resolve) => {
      child.on('close', (code, signal) => resolve({ stdout, stderr, code, signal }));
    });
  }
}

interface DecodedAttribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

function decodeTraces(bytes: Uint8Array): SeenSpan[] {
  const decoded = oracle.tracesData.toObject(oracle.tracesData.decode(bytes), { longs: Number });
  const valuesOf = (list: readonly DecodedAttribute[] = []) =>
    Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]]));
  const hex = (id?: Uint8Array) => Buffer.from(id ?? []).toString('hex');
  interface Scoped {
    readonly scope?: { readonly name?: string };
    readonly spans: unknown[];
  }
  return decoded['resourceSpans'].flatMap((resource: { scopeSpans: Scoped[] }) =>
    resource.scopeSpans.flatMap(({ scope, spans }) =>
      // biome-ignore lint/suspicious/noExplicitAny: the message as it is decoded
      (spans as any[]).map((span) => ({
        name: span.name,
        scope: scope?.name ?? '',
        kind: span.kind ?? 0,
        traceId: hex(span.traceId),
        spanId: hex(span.spanId),
        parentSpanId: hex(span.parentSpanId),
        attributes: valuesOf(span.attributes),
        events: (span.events ?? []).map(
          (event: { name: string; attributes: DecodedAttribute[] }) => ({
            name: event.name,
            attributes: valuesOf(event.attributes),
          }),
        ),
        status: span.status?.code ?? 0,
      })),
    ),
  );
}
