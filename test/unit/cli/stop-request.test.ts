import { join } from 'node:path';
import { expect, test } from 'vitest';
import { spawnSynton } from './synton-process.ts';

const built = join(import.meta.dirname, '../../../dist/cli/stop-request.js');

/** A process that lives until it is asked to stop, says why, and then hangs as a stuck shutdown would. */
function stuckProcess(also = '') {
  const code = `
    const { StopRequest } = await import(${JSON.stringify(built)});
    const stop = new StopRequest();
    stop.requested.then((reason) =>
      console.log(reason.kind, reason.signal ?? reason.error.message));
    setInterval(() => {}, 1000);
    console.log('up');
    ${also}`;
  return spawnSynton([], { script: ['--input-type=module', '--eval', code] });
}

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('%s asks to stop, a second one ends the process with %d', async (signal, code) => {
  const { child, finished, until } = stuckProcess();
  await until('stdout', /up/);
  child.kill(signal);
  await until('stdout', new RegExp(`signal ${signal}`));
  expect(child.exitCode).toBeNull();
  child.kill(signal);
  expect(await finished).toMatchObject({ code });
});

test.each([
  ['an exception', "setTimeout(() => { throw new Error('lost') });"],
  ['a rejection', "Promise.reject(new Error('lost'));"],
])('%s that nobody caught asks to stop, and a signal ends that at once', async (_, also) => {
  const { child, finished, until } = stuckProcess(also);
  await until('stdout', /fault lost/);
  child.kill('SIGTERM');
  expect(await finished).toMatchObject({ code: 143 });
});
