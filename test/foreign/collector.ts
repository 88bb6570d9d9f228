/** A collector of our own, the built one, and what it has heard of a program. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ServiceProcess } from '../support/fault-scene.ts';
import { SYSTEM_PORTS } from '../unit/cli/synton-process.ts';

/** What the functions of a program told when they ran. */
export interface Seen {
  readonly calls: number;
  /** Calls that became spans. */
  readonly spans: number;
}

interface ExportedSpan {
  readonly name: string;
  readonly attributes: readonly {
    readonly key: string;
    readonly value: { readonly value: unknown };
  }[];
}

const PAGE = 20_000;

export class Collector {
  readonly api: string;
  /** That of OTLP over HTTP. */
  readonly endpoint: string;
  readonly #service: ServiceProcess;

  private constructor(service: ServiceProcess, api: string, endpoint: string) {
    this.#service = service;
    this.api = api;
    this.endpoint = endpoint;
  }

  static async start(dist: string, folder: string): Promise<Collector> {
    const args = [join(dist, 'bin.js'), 'start', '--json', ...SYSTEM_PORTS];
    const env = { PATH: process.env['PATH'] ?? '', HOME: folder };
    const service = new ServiceProcess(spawn(process.execPath, args, { cwd: folder, env }));
    const { endpoints } = await service.ready();
    const at = (port: number): string => `http://127.0.0.1:${port}`;
    return new Collector(service, at(endpoints.api.port), `${at(endpoints.http!.port)}/v1/traces`);
  }

  /** All of a trace: the calls that the processes in it counted, and those that became spans. */
  async seenIn(traceId: string): Promise<Seen> {
    let [calls, spans] = [0, 0];
    let after: string | null = null;
    do {
      const query = `format=json&limit=${PAGE}${after === null ? '' : `&after=${after}`}`;
      const answer = await fetch(`${this.api}/api/v1/instr/export/${traceId}?${query}`);
      if (answer.status === 404) break;
      if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
      after = answer.headers.get('synton-next');
      for (const span of ((await answer.json()) as { spans: ExportedSpan[] }).spans) {
        const total = attribute(span, 'synton.calls.total');
        if (span.name === 'synton.calls') calls += Number(total);
        else if (attribute(span, 'code.function.name') !== undefined) spans++;
      }
    } while (after !== null);
    return { calls, spans };
  }

  async stop(): Promise<void> {
    await this.#service.kill('SIGTERM');
  }
}

function attribute(span: ExportedSpan, name: string): unknown {
  return span.attributes.find(({ key }) => key === name)?.value.value;
}
