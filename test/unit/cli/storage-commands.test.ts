/** `stats --storage` and `compact` where no service runs: on the directory itself, and what they say when they cannot. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  bytesBelow,
  dataFolder,
  openInventory,
  putFolder,
} from '../store/lmdb/inventory/opened-inventory.ts';
import { answering, nobody, olderSynton } from './answering-server.ts';
import { type Finished, runSynton, SYSTEM_PORTS, spawnSynton } from './synton-process.ts';

const STORAGE = ['stats', '--storage'];

/** A closed partition in columns and one in blocks, of which another life has to be believed. */
async function filledFolder(): Promise<string> {
  const opened = await openInventory(dataFolder());
  await opened.write(300);
  await opened.store.compact();
  await opened.write(40);
  await opened.close();
  return opened.path;
}

async function run(args: readonly string[], path: string): Promise<Finished> {
  const flags = [`--instrument.persistence.path=${path}`, `--api.endpoint=${await nobody()}`];
  return runSynton([...args, ...flags]);
}

describe('stats --storage of a directory', () => {
  test('tells both forms, and what is not known of the one that nobody vouches for', async () => {
    const path = await filledFolder();
    const before = readdirSync(path, { recursive: true }).sort();
    const { code, stdout, stderr } = await run(STORAGE, path);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`Storage in ${path} (no service has it)`);
    expect(stdout).toMatch(/^ {2}columns +1 +300 +[\d.]+ KiB +[\d.]+$/m);
    expect(stdout).toMatch(/^ {2}blocks +1 +40 +[\d.]+ KiB +[\d.]+$/m);
    expect(stdout).toMatch(/^ {2}in total +2 +340 /m);
    expect(stdout).toMatch(/^ {2}spans +[\d.]+ KiB +0 B$/m);
    expect(stdout).toMatch(/^ {2}not looked into +0 B +[\d.]+ KiB$/m);
    expect(stdout).toMatch(/^ {2}not checked yet +1 partition: .* are not known/m);
    expect(stdout).toMatch(/^ {2}rewriting +1 partition of .* to be rewritten$/m);
    expect(stdout).toMatch(/^ {2}retention +7d, at most 10GiB; partition 1 goes next/m);
    expect(readdirSync(path, { recursive: true }).sort()).toEqual(before);
  });

  test('as JSON, exact', async () => {
    const path = await filledFolder();
    const { code, stdout } = await run([...STORAGE, '--json'], path);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      bytes: bytesBelow(path),
      total: { partitions: 2, spans: 340 },
      unchecked: 1,
      isCatalogueLost: false,
      takenUnixNano: expect.stringMatching(/^\d{19}$/),
    });
  });

  test('an LMDB file that is cut short does not end it', async () => {
    const path = await filledFolder();
    truncateSync(join(path, 'partitions/00000002/data.mdb'), 5_000);
    const { code, stdout } = await run(STORAGE, path);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}blocks +1 +40 /m);
  });

  test('a damaged catalogue is said, and not believed', async () => {
    const path = await filledFolder();
    writeFileSync(join(path, 'catalogue.json'), '{"version":1}\n0\n');
    const { code, stdout } = await run(STORAGE, path);
    expect(code).toBe(0);
    expect(stdout).toContain('Its catalogue is missing or damaged');
    expect(stdout).toMatch(/^ {2}in total +0 /m);
  });
});

describe('compact of a directory', () => {
  test('rewrites what is closed, removes what is left over, and says what it came to', async () => {
    const path = await filledFolder();
    putFolder(path, '00000009', 5_000);
    putFolder(path, '00000007.corrupt-2026-01-02T03-04-05.678Z', 7_000);
    const before = bytesBelow(path);
    const { code, stdout } = await run(['compact'], path);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^1 partition with 40 spans rewritten in .*, [\d.]+ .s a span$/m);
    expect(stdout).toMatch(/^ {2}before {2}[\d.]+ KiB, [\d.]+ bytes a span$/m);
    expect(stdout).toMatch(/^ {2}after {3}[\d.]+ KiB, [\d.]+ bytes a span$/m);
    expect(stdout).toMatch(/^ {2}CPU +[\d.]+ m?s in all$/m);
    expect(stdout).toContain('left over, and removed: 1 entry, 4.88 KiB');
    expect(stdout).toContain(
      'set aside as damaged: 1 folder, 6.84 KiB; --remove-damaged removes them',
    );
    expect(bytesBelow(path)).toBeLessThan(before - 5_000);
    // The lock is let go, and nothing else is left behind.
    expect(readdirSync(path).sort()).toEqual(['catalogue.json', 'partitions']);
    expect(readdirSync(join(path, 'partitions')).sort()).toEqual([
      '00000001',
      '00000002',
      '00000007.corrupt-2026-01-02T03-04-05.678Z',
    ]);
    expect(readdirSync(join(path, 'partitions/00000002'))).toEqual(['columns']);

    const told = JSON.parse((await run([...STORAGE, '--json'], path)).stdout);
    expect(told).toMatchObject({ blocks: { partitions: 0 }, columns: { spans: 340 } });

    const again = await run(['compact', '--remove-damaged', '--json'], path);
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({
      report: { partitions: 0, spansHeld: 340, leftovers: { entries: 0 } },
      setAsideRemoved: { folders: 1, bytes: 7_000 },
      setAside: { folders: 0, bytes: 0 },
    });
    expect(readdirSync(join(path, 'partitions')).sort()).toEqual(['00000001', '00000002']);
  });

  test('Ctrl-C leaves the store as it was', async () => {
    const opened = await openInventory(dataFolder());
    for (let i = 0; i < 40; i++) await opened.write(2_000);
    await opened.close();
    const { path } = opened;
    const catalogue = () =>
      JSON.parse(readFileSync(join(path, 'catalogue.json'), 'utf8').split('\n')[0]!);
    const before = catalogue().partitions;
    const args = [`--instrument.persistence.path=${path}`, `--api.endpoint=${await nobody()}`];
    const synton = spawnSynton(['compact', ...args]);
    const aside = join(path, 'partitions/00000001/columns.new');
    while (!existsSync(aside) && synton.child.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 1));
    synton.child.kill('SIGINT');
    const { code, stderr } = await synton.finished;
    expect(code).toBe(130);
    expect(stderr).toMatch(/stopped: 0 partitions of .* rewritten, the rest is as it was\n$/);
    expect(catalogue().partitions).toMatchObject(
      before.map(({ checkedBoot: _, ...rest }: { checkedBoot: string }) => rest),
    );
    expect(readdirSync(join(path, 'partitions/00000001')).sort()).not.toContain('columns.new');
    expect(readdirSync(path).sort()).toEqual(['catalogue.json', 'partitions']);
    const told = JSON.parse((await run([...STORAGE, '--json'], path)).stdout);
    expect(told).toMatchObject({ total: { spans: 80_000 }, leftovers: { entries: 0 } });
  });
});

describe.each([[STORAGE], [['compact']]])('%j says in one line why it cannot', (command) => {
  async function refused(args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await runSynton([...command, ...args]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    return stderr;
  }

  test('no data directory, and nobody to ask', async () => {
    const path = join(dataFolder(), 'missing');
    expect((await run(command, path)).stderr).toBe(`synton: there is no data directory ${path}\n`);
    expect(existsSync(path)).toBe(false);
  });

  test('a directory of something else', async () => {
    const path = dataFolder();
    writeFileSync(join(path, 'photo.jpg'), 'x');
    const { code, stderr } = await run(command, path);
    expect(code).toBe(1);
    expect(stderr).toContain(`${path} is no data directory of Synton`);
    expect(readdirSync(path)).toEqual(['photo.jpg']);
  });

  test('a file', async () => {
    const path = join(dataFolder(), 'file');
    writeFileSync(path, 'x');
    expect((await run(command, path)).stderr).toContain(`${path} is no directory`);
  });

  test('a directory that a newer Synton has written', async () => {
    const path = dataFolder();
    mkdirSync(join(path, 'partitions'));
    const text = JSON.stringify({ version: 99, boot: '', partitions: [], expired: [] });
    writeFileSync(join(path, 'catalogue.json'), `${text}\n${crc32(text)}\n`);
    const { code, stderr } = await run(command, path);
    expect(code).toBe(1);
    expect(stderr).toContain('was written by a newer Synton (store version 99');
  });

  test('persistence off', async () => {
    const flags = ['--instrument.persistence.enabled=false', `--api.endpoint=${await nobody()}`];
    expect(await refused(flags)).toContain('instrument.persistence.enabled is false');
  });

  test('an address where nobody is', async () => {
    const address = await nobody();
    expect(await refused(['--url', `http://${address}`])).toMatch(
      new RegExp(`^synton: http://${address} does not answer: .*ECONNREFUSED`),
    );
  });

  test('a Synton of another version', async () => {
    const url = `http://${await olderSynton()}`;
    expect(await refused(['--url', url])).toBe(
      `synton: the Synton at ${url} is of version 0.0.7, which cannot tell this: it has no /api/v1/storage\n`,
    );
  });

  test('something that is no Synton', async () => {
    const page = await answering((_, response) => void response.end('<h1>It works!</h1>'));
    expect(await refused(['--url', `http://${page}`])).toContain('is no Synton (200)');
    const other = await answering((_, response) => void response.end('{"ok":true}'));
    expect(await refused(['--url', `http://${other}`])).toContain('is no Synton that');
  });

  test('a Synton that refuses', async () => {
    const body = JSON.stringify({ code: 'NotPersisted', detail: 'nothing\u001b[31m' });
    const address = await answering((_, response) => void response.writeHead(404).end(body));
    const said = await refused([`--api.endpoint=${address}`]);
    expect(said).toContain('answered 404: NotPersisted: nothing');
    expect(said).not.toContain('\u001b');
  });

  test('a directory that another process holds, whose API is not where it is expected', async () => {
    const path = dataFolder();
    const flag = `--instrument.persistence.path=${path}`;
    const holder = spawnSynton([...SYSTEM_PORTS, flag, '--json']);
    await holder.until('stdout', /\n/);
    const address = await nobody();
    const said = await refused([flag, `--api.endpoint=${address}`]);
    expect(said).toContain(`another process (pid ${holder.child.pid}, version `);
    expect(said).toContain(`http://${address} does not answer`);
    const unknown = await refused([flag, '--api.endpoint=127.0.0.1:0']);
    expect(unknown).toContain('give --url of its API, as api.endpoint has port 0');
    // The one that is there has another directory.
    const other = spawnSynton([...SYSTEM_PORTS, '--json']);
    const { endpoints } = JSON.parse(await other.until('stdout', /\n/));
    const wrong = await refused([flag, `--api.endpoint=127.0.0.1:${endpoints.api.port}`]);
    expect(wrong).toContain(`(pid ${other.child.pid}) keeps its data elsewhere`);
  });

  test('a command line that is wrong', async () => {
    const { code, stderr } = await runSynton([...command, '--nonsense']);
    expect(code).toBe(2);
    expect(stderr).toContain("unknown option '--nonsense'");
  });
});
