/**
 * The same program under appmap-node, which rewrites functions and records every call. It is a package of its own
 * (test/bench/appmap), installed when it is first asked for.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { removeFolder, runNode, temporaryFolder } from '../measure/children.ts';
import { scriptPath } from '../measure/measured-process.ts';
import type { CallOrder, CallReport } from './call-order.ts';

const RUN_WITHIN_MS = 120_000;
const FOLDER = scriptPath('appmap');
const SETTINGS = 'name: bench\nappmap_dir: made\npackages:\n  - path: .\nlanguage: javascript\n';

export async function appmapReport(order: CallOrder): Promise<CallReport> {
  const script = join(FOLDER, 'node_modules/appmap-node/bin/appmap-node.js');
  if (!existsSync(script)) {
    execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: FOLDER, stdio: 'ignore' });
  }
  const folder = temporaryFolder();
  try {
    const program = join(folder, 'called-program.mjs');
    const functions = join(folder, basename(order.functions));
    copyFileSync(scriptPath('sdk/called-program.mjs'), program);
    copyFileSync(order.functions, functions);
    writeFileSync(join(folder, 'appmap.yml'), SETTINGS);
    const args = [script, process.execPath, program, JSON.stringify({ ...order, functions })];
    const said = await runNode(args, RUN_WITHIN_MS, {}, folder).said;
    return JSON.parse(said.split('\n').find((line) => line.startsWith('{'))!) as CallReport;
  } finally {
    removeFolder(folder);
  }
}
