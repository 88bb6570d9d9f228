/** The built package as programs load it: with import, and with require from CommonJS. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

const BODY = `
const add = trace(async function add(a, b) { checkpoint('adding'); return a + b; });
const collector = TraceCollector.global();
add(1, 2).then(async (sum) => {
  const { items } = await collector.views.traces();
  const { content } = await collector.views.export(items[0].traceId, { format: 'text' });
  console.log(JSON.stringify({ sum, names: Object.keys(all).sort(), content }));
});
`;
const PROGRAMS = {
  'program.cjs': `const all = require('synton/tracing');\nconst { trace, checkpoint, TraceCollector } = all;`,
  'program.mjs': `import * as all from 'synton/tracing';\nconst { trace, checkpoint, TraceCollector } = all;`,
};

test.each(Object.entries(PROGRAMS))('%s traces a function of its own', async (name, head) => {
  const folder = mkdtempSync(join(tmpdir(), 'synton-tracing-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(ROOT, join(folder, 'node_modules/synton'));
  writeFileSync(join(folder, name), `${head}\n${BODY}`);
  const { stdout, stderr } = await new Promise<{ stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [join(folder, name)], (_error, stdout, stderr) =>
      resolve({ stdout, stderr }),
    );
  });
  expect(stderr).toBe('');
  const { sum, names, content } = JSON.parse(stdout);
  expect(sum).toBe(3);
  expect(names).toEqual(['TraceCollector', 'checkpoint', 'startSpan', 'trace', 'withSpan']);
  expect(content).toMatch(/add[\s\S]*adding/);
});
