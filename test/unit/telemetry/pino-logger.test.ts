import { describe, expect, test } from 'vitest';
import { createPinoLogger, type PinoSettings } from '../../../src/telemetry/pino-logger.ts';

async function logged(
  settings: Pick<PinoSettings, 'level' | 'format'>,
  log: (logger: Awaited<ReturnType<typeof createPinoLogger>>) => void,
): Promise<string[]> {
  const lines: string[] = [];
  const destination = { write: (line: string) => lines.push(line) };
  log(await createPinoLogger({ ...settings, destination }));
  return lines;
}

const hostile = 'a\u001b[31mb\nfake line\u0000\u0085\u202e';

describe.each(['json', 'pretty'] as const)('%s', (format) => {
  test('lets no control character through, in names, values, lists or messages', async () => {
    const lines = await logged({ level: 'info', format }, (log) =>
      log.warn({ [hostile]: { list: [hostile] }, error: new Error(hostile) }, hostile),
    );
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('fake line');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
    expect(lines[0]).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(lines[0]!.split('\n').filter((line) => line.startsWith('fake'))).toEqual([]);
  });

  test('keeps to the level', async () => {
    const all = (level: PinoSettings['level']) =>
      logged({ level, format }, (log) => {
        log.info({}, 'one');
        log.warn({}, 'two');
        log.error({}, 'three');
      });
    expect(await all('info')).toHaveLength(3);
    expect(await all('warn')).toHaveLength(2);
    expect(await all('error')).toHaveLength(1);
    expect(await all('silent')).toHaveLength(0);
  });
});

test('JSON has a name for the level, a time, the fields, and the error’s code and cause', async () => {
  const cause = Object.assign(new Error('disk full'), { code: 'ENOSPC' });
  const [line] = await logged({ level: 'info', format: 'json' }, (log) =>
    log.error({ count: 3, big: 2n ** 64n, error: new TypeError('no', { cause }) }, 'failed'),
  );
  expect(JSON.parse(line!)).toMatchObject({
    level: 'error',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    msg: 'failed',
    count: 3,
    big: '18446744073709551616',
    error: {
      type: 'TypeError',
      message: 'no',
      stack: expect.arrayContaining([expect.stringMatching(/^at /)]),
      cause: { message: 'disk full', code: 'ENOSPC' },
    },
  });
});

test('fields are followed a bounded way', async () => {
  const endless: { self?: unknown; items: number[] } = { items: Array(1000).fill(7) };
  endless.self = endless;
  const [line] = await logged({ level: 'info', format: 'json' }, (log) => log.info(endless, 'x'));
  expect(JSON.parse(line!).items).toHaveLength(50);
  expect(line!.length).toBeLessThan(2000);
});
