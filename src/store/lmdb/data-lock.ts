/**
 * Who owns a data directory: whoever listens on the unix socket in it (a named pipe on Windows; in the
 * temporary directory, by hash, where the path is too long for a socket). A socket that refuses connections
 * was left by an owner that is gone, and is taken over.
 *
 * The owner answers GET /lock with its pid and version, and hands every other request to `onRequest`: in
 * process exporters send OTLP there. Taking over is done by one process at a time. Should the socket be deleted,
 * the owner puts it back within five seconds.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

export interface LockOwner {
  readonly pid: number;
  readonly version: string;
}

export type LockOutcome =
  | { readonly status: 'owned'; readonly lock: DataLock }
  | { readonly status: 'held'; readonly owner: LockOwner; readonly socketPath: string };

type RequestListener = (request: http.IncomingMessage, response: http.ServerResponse) => void;

/** Of sun_path, the terminating zero and our suffix left off. */
const SOCKET_PATH_MAX = 88;
const ANSWER_TIMEOUT_MS = 2_000;
const ANSWER_BYTES_MAX = 4_096;
const RESTORE_EVERY_MS = 5_000;
const ATTEMPTS = 5;
/** At the end of a claimant's own socket name, behind its pid in base 36. */
const RANDOM_DIGITS = 6;
const TAKEOVER_WAIT_MS = 5_000;
const TAKEOVER_POLL_MS = 10;
const ON_WINDOWS: boolean = process.platform === 'win32';

export class DataLock {
  readonly socketPath: string;
  readonly #server: http.Server;
  readonly #ownPath: string;
  readonly #restore: NodeJS.Timeout;
  #onRequest: RequestListener | undefined;

  constructor(socketPath: string, ownPath: string, server: http.Server, owner: LockOwner) {
    this.socketPath = socketPath;
    this.#server = server;
    this.#ownPath = ownPath;
    server.on('request', (request, response) => {
      if (request.url === '/lock') {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(owner));
      } else if (this.#onRequest !== undefined) this.#onRequest(request, response);
      else response.writeHead(503, { 'retry-after': '1' }).end();
    });
    server.unref();
    this.#restore = setInterval(() => this.#putBack(), RESTORE_EVERY_MS);
    this.#restore.unref();
  }

  /** Takes what comes over the socket from now on; undefined: it is answered with 503 again. */
  serve(listener: RequestListener | undefined): void {
    this.#onRequest = listener;
  }

  /** Lets go of a lock that never came into force. */
  abandon(): Promise<void> {
    return this.#close();
  }

  async release(): Promise<void> {
    await this.#close();
    if (!ON_WINDOWS) rmSync(this.socketPath, { force: true });
  }

  async #close(): Promise<void> {
    clearInterval(this.#restore);
    const closed = new Promise<void>((done) => this.#server.close(() => done()));
    this.#server.closeAllConnections();
    await closed;
    if (!ON_WINDOWS) rmSync(this.#ownPath, { force: true });
  }

  #putBack(): void {
    if (ON_WINDOWS) return;
    try {
      linkSync(this.#ownPath, this.socketPath);
    } catch {
      // It is there: the usual case. Anything else shows at the next start, as a refusal or a takeover.
    }
  }
}

/** Waits for no one: the directory is ours, or somebody's. @throws on an I/O fault */
export async function acquireDataLock(dataPath: string, version: string): Promise<LockOutcome> {
  makeDirectory(dataPath);
  const socketPath = lockPath(dataPath);
  const owner = { pid: process.pid, version };
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const held = await askOwner(socketPath);
    if (held !== undefined) return { status: 'held', owner: held, socketPath };
    const lock = await claim(socketPath, owner);
    if (lock !== undefined) return { status: 'owned', lock };
  }
  throw new Error(`${socketPath} changes hands too fast to be claimed`);
}

function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    // Node says so of a read-only file system as well; the plain call says what is the matter.
    mkdirSync(path, { mode: 0o700 });
  }
}

/** Where the lock of a data directory listens. */
export function lockPath(dataPath: string): string {
  const path = resolve(dataPath);
  const hash = createHash('sha256').update(path).digest('hex').slice(0, 24);
  if (ON_WINDOWS) return `\\\\.\\pipe\\synton-${hash}`;
  const inside = join(path, 'synton.sock');
  return inside.length <= SOCKET_PATH_MAX ? inside : join(tmpdir(), `synton-${hash}.sock`);
}

/** Undefined where nobody answers. */
export function askOwner(socketPath: string): Promise<LockOwner | undefined> {
  return new Promise((done) => {
    const request = http.get(
      { socketPath, path: '/lock', timeout: ANSWER_TIMEOUT_MS },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
          if (text.length > ANSWER_BYTES_MAX) request.destroy();
        });
        response.on('end', () => done(parseOwner(text)));
      },
    );
    request.on('timeout', () => done({ pid: 0, version: 'unknown, it does not answer' }));
    request.on('timeout', () => request.destroy());
    request.on('error', () => done(undefined));
  });
}

function parseOwner(text: string): LockOwner {
  try {
    const { pid, version } = JSON.parse(text) as LockOwner;
    return { pid: Number(pid), version: String(version) };
  } catch {
    return { pid: 0, version: 'unknown' };
  }
}

/** Undefined where another was faster. */
async function claim(socketPath: string, owner: LockOwner): Promise<DataLock | undefined> {
  const server = http.createServer({ keepAliveTimeout: 75_000 });
  if (ON_WINDOWS) {
    // A pipe has no file to be left behind: listening is owning.
    return (await listens(server, socketPath))
      ? new DataLock(socketPath, socketPath, server, owner)
      : undefined;
  }
  const ownPath = `${socketPath}.${process.pid.toString(36)}${randomBytes(RANDOM_DIGITS / 2).toString('hex')}`;
  if (!(await listens(server, ownPath))) return undefined;
  chmodSync(ownPath, 0o600);
  // Answers from the first moment on: it is linked into place below.
  const lock = new DataLock(socketPath, ownPath, server, owner);
  if (await alone(socketPath, () => linkIfAbandoned(ownPath, socketPath))) return lock;
  await lock.abandon();
  return undefined;
}

/** Within `alone`: nobody else unlinks or links the socket meanwhile. */
async function linkIfAbandoned(ownPath: string, socketPath: string): Promise<boolean> {
  if ((await askOwner(socketPath)) !== undefined) return false;
  clearAbandoned(socketPath, ownPath);
  linkSync(ownPath, socketPath);
  return true;
}

/** The socket, and what processes that were killed left of their own beside it. */
function clearAbandoned(socketPath: string, ownPath: string): void {
  const folder = dirname(socketPath);
  const name = basename(socketPath);
  for (const entry of readdirSync(folder)) {
    const path = join(folder, entry);
    if (entry === name || (entry.startsWith(`${name}.`) && isLeftover(path, ownPath)))
      rmSync(path, { force: true });
  }
}

/** Of a claimant that is gone. One that is alive and waits for its turn needs its socket still. */
function isLeftover(path: string, ownPath: string): boolean {
  if (path === ownPath || path.endsWith('.takeover')) return false;
  const maker = Number.parseInt(path.slice(path.lastIndexOf('.') + 1, -RANDOM_DIGITS), 36);
  return !Number.isSafeInteger(maker) || !isAlive(maker);
}

/**
 * Runs `task` while no other process does, by a file that only one can make. It names its maker, so that
 * one left by a process that died is cleared away.
 */
async function alone(socketPath: string, task: () => Promise<boolean>): Promise<boolean> {
  const mutex = `${socketPath}.takeover`;
  const until = performance.now() + TAKEOVER_WAIT_MS;
  while (true) {
    try {
      writeFileSync(mutex, String(process.pid), { flag: 'wx', mode: 0o600 });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (!isAlive(readMaker(mutex)) || performance.now() > until) rmSync(mutex, { force: true });
    else await wait(TAKEOVER_POLL_MS);
  }
  try {
    return await task();
  } finally {
    rmSync(mutex, { force: true });
  }
}

/** Ourselves, who live, where the file is gone or is only being written: look again. */
function readMaker(mutex: string): number {
  try {
    return Number(readFileSync(mutex, 'utf8')) || process.pid;
  } catch {
    return process.pid;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function listens(server: http.Server, path: string): Promise<boolean> {
  return new Promise((done) => {
    server.once('error', () => done(false));
    server.listen(path, () => done(true));
  });
}
