/** The built service on ports of the system's choice, with a folder of its own. */
import { join } from 'node:path';
import { removeFolder, temporaryFolder } from '../measure/children.ts';
import { MeasuredProcess } from '../measure/measured-process.ts';
import type { OpenSubject, Subject } from './subject.ts';

export interface SyntonOptions {
  /** The build: what `tsc` wrote, with `bin.js` in it. */
  readonly dist: string;
  /** @default true */
  readonly probe?: boolean;
  /** Kept when the service closes. @default one that goes with it */
  readonly folder?: string;
  /** @default 10 minutes */
  readonly lifeMs?: number;
}

export interface OpenSynton extends OpenSubject {
  readonly grpc: string;
  readonly http: string;
  readonly folder: string;
  /** The URL of the REST API, without a slash at its end. */
  readonly api: string;
  kill(): Promise<void>;
}

/** What the service announces, as far as we read it. */
interface Announcement {
  readonly endpoints: Readonly<Record<'grpc' | 'http' | 'api', { readonly port: number }>>;
}

const LIFE_MS = 600_000;

export async function openSynton(options: SyntonOptions): Promise<OpenSynton> {
  const folder = options.folder ?? temporaryFolder();
  const running = await MeasuredProcess.start(
    [
      join(options.dist, 'bin.js'),
      'start',
      '--json',
      '--receivers.otlp.grpc.endpoint=127.0.0.1:0',
      '--receivers.otlp.http.endpoint=127.0.0.1:0',
      '--api.endpoint=127.0.0.1:0',
      `--instrument.persistence.path=${folder}`,
      '--log.level=warn',
    ],
    { probe: options.probe ?? true, lifeMs: options.lifeMs ?? LIFE_MS },
  );
  const { endpoints } = running.announcement as Announcement;
  const leave = async (ended: Promise<void>) => {
    await ended;
    if (options.folder === undefined) removeFolder(folder);
  };
  return {
    pid: running.pid,
    grpc: `127.0.0.1:${endpoints.grpc.port}`,
    http: `http://127.0.0.1:${endpoints.http.port}/v1/traces`,
    api: `http://127.0.0.1:${endpoints.api.port}`,
    folder,
    loop: () => running.loop(),
    close: () => leave(running.stop()),
    kill: () => leave(running.kill()),
  };
}

export function syntonSubject(options: SyntonOptions): Subject {
  return { name: 'synton', takes: ['grpc', 'http'], share: 1, open: () => openSynton(options) };
}
