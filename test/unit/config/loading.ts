/** Loads a configuration as the service does, from a folder of its own and nothing else. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type LoadedConfig, loadConfig } from '../../../src/config/config.ts';
import { ConfigError } from '../../../src/config/config-error.ts';
import { takeConfigFlags } from '../../../src/config/config-flags.ts';

export interface Sources {
  /** Text of ./config/synton.toml; absent: no such file. */
  readonly file?: string;
  readonly variables?: Record<string, string>;
  readonly flags?: readonly string[];
  readonly lines?: boolean;
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'synton-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function load(sources: Sources = {}, cwd: string = temporaryFolder()): LoadedConfig {
  if (sources.file !== undefined) {
    const path = join(cwd, 'config', 'synton.toml');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, sources.file);
  }
  return loadConfig({
    flags: takeConfigFlags(sources.flags ?? []).flags,
    env: sources.variables ?? {},
    cwd,
    lines: sources.lines ?? false,
  });
}

/** The error that loading must end in. */
export function refusal(sources: Sources, cwd?: string): ConfigError {
  try {
    load(sources, cwd);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}
