/** kysely: hundreds of small ES modules with classes and private fields, over a database of Node's own. */
import { DatabaseSync } from 'node:sqlite';
import * as kysely from 'kysely';
import { surface, tell } from './transcript.mjs';

const { Kysely, SqliteDialect, sql } = kysely;

/** What the dialect asks of a database. */
class Database {
  #database = new DatabaseSync(':memory:');
  prepare(text) {
    const statement = this.#database.prepare(text);
    const reader = /^\s*(?:select|with|pragma)|returning/i.test(text);
    return {
      reader,
      all: (values) => statement.all(...values),
      run: (values) => statement.run(...values),
      iterate: (values) => statement.iterate(...values),
    };
  }
  close() {
    this.#database.close();
  }
}

surface('kysely', kysely, 2);
const logged = [];
const db = new Kysely({
  dialect: new SqliteDialect({ database: new Database() }),
  plugins: [new kysely.CamelCasePlugin(), new kysely.ParseJSONResultsPlugin()],
  log: ({ level, query }) => void logged.push([level, query.sql]),
});
await tell('create', () =>
  db.schema
    .createTable('person')
    .addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement())
    .addColumn('firstName', 'text', (c) => c.notNull())
    .addColumn('bornAt', 'integer')
    .addUniqueConstraint('once', ['firstName'])
    .execute(),
);
await tell('create pet', () =>
  db.schema
    .createTable('pet')
    .ifNotExists()
    .addColumn('ownerId', 'integer', (c) => c.references('person.id').onDelete('cascade'))
    .addColumn('name', 'text')
    .execute(),
);
await tell('index', () =>
  db.schema.createIndex('pets').on('pet').columns(['ownerId', 'name desc']).execute(),
);
await tell('insert', () =>
  db
    .insertInto('person')
    .values([
      { firstName: 'ann', bornAt: 1 },
      { firstName: 'bob', bornAt: null },
    ])
    .returningAll()
    .execute(),
);
await tell('insert again', () => db.insertInto('person').values({ firstName: 'ann' }).execute());
await tell('upsert', () =>
  db
    .insertInto('person')
    .values({ firstName: 'ann', bornAt: 9 })
    .onConflict((c) =>
      c.column('firstName').doUpdateSet((e) => ({ bornAt: e.ref('excluded.bornAt') })),
    )
    .executeTakeFirst(),
);
await tell('pets', () =>
  db
    .insertInto('pet')
    .values([
      { ownerId: 1, name: 'rex' },
      { ownerId: 1, name: 'tom' },
    ])
    .execute(),
);
const QUERIES = {
  all: () => db.selectFrom('person').selectAll(),
  some: () =>
    db
      .selectFrom('person')
      .select(['id', 'firstName as name'])
      .where('bornAt', '>', 3)
      .orderBy('name', 'desc')
      .limit(2)
      .offset(0),
  join: () =>
    db
      .selectFrom('person as p')
      .innerJoin('pet', (j) => j.onRef('pet.ownerId', '=', 'p.id').on('pet.name', 'like', 'r%'))
      .select(['p.firstName', 'pet.name'])
      .distinct(),
  left: () =>
    db
      .selectFrom('person')
      .leftJoin('pet', 'pet.ownerId', 'person.id')
      .select(({ fn }) => ['person.id', fn.count('pet.name').as('pets')])
      .groupBy('person.id')
      .having((e) => e.fn.count('pet.name'), '>=', 0),
  nested: () =>
    db.selectFrom('person').select((e) => [
      'id',
      e
        .selectFrom('pet')
        .whereRef('pet.ownerId', '=', 'person.id')
        .select((p) => p.fn.max('pet.name').as('m'))
        .as('last'),
    ]),
  or: () =>
    db
      .selectFrom('person')
      .selectAll()
      .where((e) =>
        e.or([
          e('firstName', '=', 'ann'),
          e.and({ bornAt: null, id: 2 }),
          e.not(e.exists(e.selectFrom('pet').select('name'))),
        ]),
      ),
  case: () =>
    db.selectFrom('person').select((e) =>
      e
        .case()
        .when('bornAt', 'is', null)
        .then('unknown')
        .else(sql`upper(${sql.ref('first_name')})`)
        .end()
        .as('what'),
    ),
  with: () =>
    db
      .withRecursive('n(i)', (w) =>
        w
          .selectNoFrom((e) => e.val(1).as('i'))
          .unionAll(
            w
              .selectFrom('n')
              .select((e) => e('i', '+', 1).as('i'))
              .where('i', '<', 4),
          ),
      )
      .selectFrom('n')
      .selectAll(),
  union: () =>
    db
      .selectFrom('person')
      .select('firstName as x')
      .union(db.selectFrom('pet').select('name as x'))
      .orderBy('x'),
  update: () =>
    db
      .updateTable('person')
      .set((e) => ({ bornAt: e('id', '*', 10) }))
      .where('id', 'in', [1, 2, 3])
      .returning(['id', 'bornAt']),
  remove: () => db.deleteFrom('pet').where('name', '=', 'tom'),
  wrong: () => db.selectFrom('nowhere').selectAll(),
  raw: () => sql`select ${1} as a, ${sql.lit('x')} as b, ${sql.join([1, 2])} as c`,
};
for (const [name, query] of Object.entries(QUERIES)) {
  tell(`${name}, compiled`, () => (name === 'raw' ? query().compile(db) : query().compile()).sql);
  await tell(name, () => (name === 'raw' ? query().execute(db) : query().execute()));
}
await tell('first', () =>
  db.selectFrom('person').selectAll().where('id', '=', 99).executeTakeFirstOrThrow(),
);
await tell('stream', async () => {
  const rows = [];
  for await (const row of db.selectFrom('person').selectAll().stream()) {
    rows.push(row);
    break;
  }
  return rows;
});
await tell('transaction', () =>
  db.transaction().execute(async (t) => {
    await t.insertInto('person').values({ firstName: 'gone' }).execute();
    throw new RangeError('rolled back');
  }),
);
await tell('after it', () =>
  db.selectFrom('person').select(db.fn.countAll().as('n')).executeTakeFirst(),
);
await tell('controlled', async () => {
  const t = await db.startTransaction().execute();
  await t.insertInto('pet').values({ name: 'new' }).execute();
  await t.savepoint('s').execute();
  await t.commit().execute();
  return t.isTransaction;
});
await tell('tables', async () =>
  (await db.introspection.getTables()).map(({ name, columns }) => [name, columns.length]),
);
await tell('dynamic', () =>
  db
    .selectFrom('person')
    .select(db.dynamic.ref('id'))
    .$if(true, (q) => q.where('id', '=', 1))
    .$call((q) => q.limit(1))
    .execute(),
);
for (const wrong of [
  () => db.selectFrom('person').where('id', '===', 1),
  () => db.selectFrom(5),
  () => db.insertInto('person').values([]).compile(),
  () => `${db.selectFrom('person')}`,
])
  tell('misused', wrong);
await tell('migrations', async () => {
  const provider = {
    getMigrations: async () => ({
      a: { up: async (d) => d.schema.createTable('m').addColumn('x', 'text').execute() },
      b: {
        up: async () => {
          throw new Error('in b');
        },
      },
    }),
  };
  const { error, results } = await new kysely.Migrator({ db, provider }).migrateToLatest();
  return [error, results];
});
tell('logged', () => logged);
await tell('destroy', () => db.destroy());
await tell('destroyed', () => db.selectFrom('person').execute());
