/** What a run reached: queries in a loop, hosts, files, tables. */
import { type Attributes, trace as otel, SpanKind } from '@opentelemetry/api';
import { afterAll, describe, expect, test } from 'vitest';
import { matchers, type RecordedRun, record } from '../../../src/testing/index.ts';
import { queryTables } from '../../../src/testing/query-tables.ts';
import { withSpan } from '../../../src/tracing/index.ts';
import { unregisterProvider } from '../tracing/registered-provider.ts';

expect.extend(matchers);
afterAll(unregisterProvider);

const turn = () => new Promise((resolve) => setImmediate(resolve));
const query = (text: string) => withSpan('SELECT', { attributes: { 'db.query.text': text } }, turn);
const fetching = (url: string) =>
  withSpan('GET', { kind: 'ExternalCall', attributes: { 'url.full': url } }, turn);
const touching = (
  attributes: Attributes,
  kind: SpanKind = SpanKind.INTERNAL,
): Promise<RecordedRun> =>
  record(() => otel.getTracer('lib').startSpan('touch', { attributes, kind }).end());
const ids = [1, 2, 3, 4, 5];

describe('a query in a loop', () => {
  test('is the same but for its values, one after another, more than three times', async () => {
    const run = await record(() =>
      withSpan('list', async () => {
        for (const id of ids) {
          await query(`SELECT * FROM items WHERE id = ${id} AND name IN ('a', '${id}')`);
          await withSpan('work', turn);
        }
      }),
    );
    expect(run).not.toHaveNoQueryInLoop();
    expect(run).toHaveNoQueryInLoop({ max: 5 });
    expect(() => expect(run).toHaveNoQueryInLoop({ max: 4 })).toThrow(
      /but it asked 5 times, one after another: select \* from items[\s\S]*→ {5}SELECT/,
    );
  });

  test('is found through functions that do nothing else', async () => {
    const run = await record(async () => {
      for (const id of ids) {
        await withSpan('load', () =>
          withSpan('repository', () => query(`SELECT * FROM t WHERE a = ${id}`)),
        );
      }
    });
    expect(run).not.toHaveNoQueryInLoop();
  });

  test('may be a request', async () => {
    const run = await record(async () => {
      for (const id of ids) await fetching(`http://api:1/items/${id}?at=${Math.random()}`);
    });
    expect(run).not.toHaveNoQueryInLoop();
  });

  test.each<[string, () => Promise<unknown>]>([
    [
      'few',
      async () => {
        for (const id of ids.slice(2)) await query(`SELECT ${id}`);
      },
    ],
    ['at the same time', () => Promise.all(ids.map((id) => query(`SELECT ${id}`)))],
    [
      'of different shapes',
      async () => {
        for (const id of ids) await query(`SELECT c${id}`);
      },
    ],
    [
      'of functions that are different',
      async () => {
        for (const id of ids) await withSpan(`load ${id}`, () => query('SELECT 1'));
      },
    ],
    [
      'of functions that do more',
      async () => {
        for (const id of ids) {
          await withSpan('load', async () => {
            await query(`SELECT ${id}`);
            await withSpan('more', turn);
          });
        }
      },
    ],
    [
      'no queries',
      async () => {
        for (const _ of ids) await withSpan('step', turn);
      },
    ],
  ])('is not: %s', async (_, code) => {
    expect(await record(code)).toHaveNoQueryInLoop();
  });

  test('is not what requests to a server ask for, each once', async () => {
    const tracer = otel.getTracer('lib');
    const run = await record(async () => {
      for (const id of ids) {
        await tracer.startActiveSpan('POST', { kind: SpanKind.SERVER }, async (span) => {
          await query(`SELECT ${id}`);
          span.end();
        });
      }
    });
    expect(run).toHaveNoQueryInLoop();
  });
});

describe('hosts', () => {
  test.each<[Attributes, readonly string[], boolean]>([
    [{ 'server.address': 'db', 'server.port': 5432 }, ['db'], true],
    [{ 'server.address': 'db', 'server.port': 5432 }, ['DB:5432'], true],
    [{ 'server.address': 'db', 'server.port': 5432 }, ['db:5433'], false],
    [{ 'net.peer.name': 'cache' }, ['cache'], true],
    [{ 'http.host': 'shop:80' }, ['shop'], true],
    [{ 'url.full': 'https://user:secret@api.shop.test:8443/x?y=//evil' }, ['*.shop.test'], true],
    [{ 'url.full': 'https://api.shop.test.evil/' }, ['*.shop.test'], false],
    [{ 'http.url': 'http://other/' }, ['shop'], false],
    [{ 'url.full': 'http://[::1]:3000/' }, ['::1'], true],
    [{ 'server.address': '::1', 'server.port': 3000 }, ['[::1]:3000'], true],
    [{ 'server.address': '::1', 'server.port': 3000 }, ['::1'], true],
    [{ 'server.address': 'FE80::1:22' }, ['fe80::1'], false],
    [{ 'server.address': 'fe80::1:22' }, ['FE80::1:22'], true],
    [{ 'server.address': '/run/db.sock' }, ['/run/*.sock'], true],
    [{ 'network.peer.address': '10.0.0.7' }, [], false],
    [{ 'network.peer.address': '::1' }, ['[::1]'], true],
    [{ 'url.full': 'not a url' }, [], true],
    [{ 'server.address': 'a' }, ['a.b', '*.a'], false],
  ])('%j, only %j: %s', async (attributes, hosts, passes) => {
    const run = await touching(attributes, SpanKind.CLIENT);
    if (passes) expect(run).toTouchOnlyHosts(hosts);
    else expect(run).not.toTouchOnlyHosts(hosts);
  });

  test('a server’s own host is not touched', async () => {
    const run = await touching({ 'server.address': 'me' }, SpanKind.SERVER);
    expect(run).toTouchOnlyHosts([]);
  });

  test('the message names those beyond', async () => {
    const run = await touching({ 'server.address': 'evil', 'server.port': 1 }, SpanKind.CLIENT);
    expect(() => expect(run).toTouchOnlyHosts(['db'])).toThrow(
      'expected the run to touch only the hosts db, but it touched evil:1\n\n    run\n  →   touch',
    );
  });
});

test('places from outside are one line of a message, and not too many', async () => {
  const run = await record(() => {
    for (let n = 0; n < 20; n++) {
      withSpan(
        'touch',
        { attributes: { 'server.address': `h${n}\n\u001b[31m${'x'.repeat(900)}` } },
        () => {},
      );
    }
  });
  expect(() => expect(run).toTouchOnlyHosts([])).toThrow(
    /^expected the run to touch no host, but it touched h0 ⟨U\+001B⟩\[31mx+…x+, h1[^\n]{1,1700} and 12 more\n\n/,
  );
});

describe('files', () => {
  const here = process.cwd();
  test.each<[Attributes, readonly string[], boolean]>([
    [{ 'file.path': `${here}/data/a.json` }, ['data/*.json'], true],
    [{ 'file.path': 'data/deep/a.json' }, ['data/*.json'], false],
    [{ 'file.path': 'data/deep/a.json' }, ['./data/**'], true],
    [{ 'file.path': 'data/deep/a.json' }, ['**/*.json'], true],
    [{ 'file.path': 'data/../secret' }, ['data/**'], false],
    [{ 'file.path': '/etc/passwd' }, ['**/*.json'], false],
    [{ 'file.directory': '/etc', 'file.name': 'passwd' }, ['/etc/*'], true],
    [{ 'url.full': 'file:///etc/a%20b' }, ['/etc/a b'], true],
    [{ 'code.file.path': '/src/a.ts' }, [], true],
  ])('%j, only %j: %s', async (attributes, globs, passes) => {
    const run = await touching(attributes);
    if (passes) expect(run).toTouchOnlyFiles(globs);
    else expect(run).not.toTouchOnlyFiles(globs);
  });
});

describe('tables', () => {
  test.each<[Attributes, readonly string[], boolean]>([
    [{ 'db.collection.name': 'orders' }, ['orders'], true],
    [{ 'db.sql.table': 'orders' }, ['ORDERS'], true],
    [{ 'db.query.text': 'SELECT 1 FROM shop.orders' }, ['orders'], true],
    [{ 'db.statement': 'SELECT 1 FROM shop.orders' }, ['shop.orders'], true],
    [{ 'db.query.text': 'SELECT 1 FROM shop.orders' }, ['other.orders'], false],
    [{ 'db.collection.name': 'a', 'db.query.text': 'SELECT 1 FROM a JOIN b' }, ['a'], false],
    [{ 'db.query.text': 'SELECT 1' }, [], true],
  ])('%j, only %j: %s', async (attributes, tables, passes) => {
    const run = await touching(attributes);
    if (passes) expect(run).toTouchOnlyTables(tables);
    else expect(run).not.toTouchOnlyTables(tables);
  });

  test.each<[string, readonly string[]]>([
    ['SELECT * FROM a', ['a']],
    [
      'select * from only a as x, "My Table" y, b.c z where x.id = 1 order by x, y',
      ['a', 'My Table', 'b.c'],
    ],
    ['SELECT * FROM a LEFT JOIN `b` ON a.id = b.id JOIN [dbo].[c] USING (id)', ['a', 'b', 'dbo.c']],
    ['INSERT INTO a (x) SELECT y FROM b ON CONFLICT (x) DO UPDATE SET x = 1', ['a', 'b']],
    ['INSERT INTO a VALUES (1) ON DUPLICATE KEY UPDATE x = 2', ['a']],
    ["UPDATE a SET x = ' FROM evil ' -- FROM evil\n WHERE y = 1 /* JOIN evil */", ['a']],
    ['DELETE FROM a WHERE x IS NOT DISTINCT FROM y', ['a']],
    ['SELECT EXTRACT(year FROM t), trim(both from u) FROM a FOR UPDATE', ['a']],
    ['SELECT * FROM generate_series(1, 3) JOIN LATERAL f(x) ON true', []],
    ['SELECT * FROM (SELECT * FROM a) x JOIN b', ['a', 'b']],
    [
      'WITH RECURSIVE t (n) AS (SELECT 1 FROM a), u AS NOT MATERIALIZED (SELECT 2) SELECT * FROM t JOIN u',
      ['a'],
    ],
    ['CREATE TABLE IF NOT EXISTS a (x int)', ['a']],
    ['MERGE INTO a USING b ON true WHEN MATCHED THEN UPDATE SET x = 1', ['a']],
    ['SELECT $1, :name, ?, $$ FROM evil $$ FROM a', ['a']],
    ["SELECT 'it''s FROM evil' FROM a; SELECT 'open FROM evil", ['a']],
    ['COPY a FROM STDIN', []],
    ['', []],
  ])('%s', (text, tables) => {
    expect([...queryTables(text)]).toEqual(tables);
  });

  test('a long query takes no longer than its length', () => {
    for (const part of ["'", '(', '"', '$a$', "''", '/*', 'FROM ', 'a.', ',', 'WITH x AS (']) {
      const from = performance.now();
      queryTables(part.repeat(200_000));
      expect(performance.now() - from).toBeLessThan(500);
    }
  });
});
