/**
 * Rewritten modules of earlier runs, a file each, named for the text that they were made of. Processes share
 * the folder: a file is put there whole, by a rename, and one that is damaged is not believed.
 *
 * Bound: BYTES_MAX, looked at by each process that adds something; the oldest go. Whatever fails, the module
 * is rewritten anew.
 */
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import type { RewrittenModule } from '../rewrite/rewrite-module.ts';

const BYTES_MAX = 100 * 1024 * 1024;
/** Left after files have gone. */
const BYTES_KEPT = 80 * 1024 * 1024;
const NAME = /^[0-9a-f]{64}\.json$/;

export class TransformCache {
  readonly #folder: string;
  readonly #salt: string;
  readonly #bytesMax: number;
  #isTrimmed = false;
  #isBroken = false;

  /** @param salt what the text does not say and the result depends on */
  constructor(folder: string, salt: string, bytesMax: number = BYTES_MAX) {
    this.#folder = folder;
    this.#salt = salt;
    this.#bytesMax = bytesMax;
  }

  /** @param parts all that the result depends on */
  key(...parts: readonly string[]): string {
    return hashOf(JSON.stringify([this.#salt, ...parts]));
  }

  /** Null for a module that is left alone; undefined where nothing is known. */
  read(key: string): RewrittenModule | null | undefined {
    try {
      const text = readFileSync(join(this.#folder, `${key}.json`), 'utf8');
      const end = text.indexOf('\n');
      const body = text.slice(end + 1);
      if (text.slice(0, end) !== hashOf(body)) return undefined;
      return JSON.parse(body) as RewrittenModule | null;
    } catch {
      return undefined;
    }
  }

  write(key: string, result: RewrittenModule | null): void {
    if (this.#isBroken) return;
    try {
      const body = JSON.stringify(result);
      const path = join(this.#folder, `${key}.json`);
      const draft = `${path}.${process.pid}.${threadId}`;
      if (!this.#isTrimmed) {
        this.#isTrimmed = true;
        mkdirSync(this.#folder, { recursive: true });
        this.#trim();
      }
      writeFileSync(draft, `${hashOf(body)}\n${body}`);
      renameSync(draft, path);
    } catch {
      // No room, or no right to write: this process does without.
      this.#isBroken = true;
    }
  }

  #trim(): void {
    const files = readdirSync(this.#folder).flatMap((name) => {
      const path = join(this.#folder, name);
      const stat = statSync(path, { throwIfNoEntry: false });
      return stat?.isFile() ? [{ name, path, bytes: stat.size, atMs: stat.mtimeMs }] : [];
    });
    let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    if (bytes <= this.#bytesMax) return;
    const keep = Math.min(BYTES_KEPT, this.#bytesMax);
    for (const file of files.sort((a, b) => a.atMs - b.atMs)) {
      if (bytes <= keep) return;
      // A draft is somebody's who is about to rename it, unless it is old.
      if (!NAME.test(file.name) && Date.now() - file.atMs < 60_000) continue;
      rmSync(file.path, { force: true });
      bytes -= file.bytes;
    }
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
