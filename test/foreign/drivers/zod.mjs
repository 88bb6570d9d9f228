/** zod: classes, getters and closures by the hundred; errors with their paths. */
import { callAll, surface, tell } from './transcript.mjs';

export async function drive(z) {
  surface('z', z, 1);
  const user = z.object({
    name: z.string().min(2).max(10).trim(),
    mail: z.email().optional(),
    age: z.coerce.number().int().nonnegative(),
    role: z.enum(['admin', 'guest']).default('guest'),
    tags: z.array(z.string().regex(/^[a-z]+$/)).max(3),
    when: z.union([z.date(), z.iso.datetime().transform((text) => text.length)]),
    extra: z.record(z.string(), z.unknown()).nullable(),
  });
  const tree = z.object({
    value: z.number(),
    get kids() {
      return z.array(tree);
    },
  });
  const kinds = z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('a'), a: z.bigint() }),
    z.object({ kind: z.literal('b'), b: z.tuple([z.string(), z.boolean()]).rest(z.number()) }),
  ]);
  const checked = user.refine(({ age, role }) => role !== 'admin' || age > 18, {
    path: ['age'],
    error: 'too young',
  });
  const slow = z
    .string()
    .refine(async (text) => text !== 'no')
    .transform(async (text) => text.toUpperCase());
  const good = { name: ' ann ', age: '41', tags: ['a'], when: '2026-01-02T03:04:05Z', extra: null };
  const values = [
    good,
    { ...good, name: 'a', mail: 'x', age: -1.5, tags: ['A', 'b', 'c', 'd'], when: 5 },
    { ...good, role: 'admin', age: 3 },
    { ...good, odd: true, when: new Date(0), extra: { a: 1 } },
    { value: 1, kids: [{ value: 2, kids: [] }] },
    { value: 1, kids: [{ value: 'x', kids: [{}] }] },
    { kind: 'a', a: 5n },
    { kind: 'b', b: ['x', true, 1, '2'] },
    { kind: 'c' },
    ...[
      'text',
      'no',
      '',
      5,
      Number.NaN,
      null,
      undefined,
      true,
      [],
      new Map([[1, 2]]),
      new Set(['a']),
      10n,
    ],
  ];
  const schemas = {
    ...{ user, tree, kinds, checked },
    strict: user.strict(),
    partial: user.partial(),
    picked: user.pick({ name: true }).extend({ more: z.literal([1, 2]) }),
    map: z.map(z.number(), z.number()),
    set: z.set(z.string()).min(1),
    both: z.intersection(z.object({ a: z.string() }), z.object({ value: z.number() })),
    caught: z.number().catch(-1),
    pipe: z
      .string()
      .transform((text) => text.length)
      .pipe(z.number().max(3)),
    lazy: z.lazy(() => z.array(z.string())),
    branded: z.string().brand('x').readonly(),
    throwing: z.any().transform((value) => value.a.b.c),
    custom: z.custom((value) => typeof value === 'string'),
    superRefined: z
      .any()
      .superRefine((value, context) =>
        context.addIssue({ code: 'custom', message: `not ${typeof value}` }),
      ),
  };
  for (const [name, schema] of Object.entries(schemas)) {
    for (const [at, value] of values.entries()) {
      tell(`${name} safeParse ${at}`, () => schema.safeParse(value));
      tell(`${name} parse ${at}`, () => schema.parse(value));
      await tell(`${name} parseAsync ${at}`, () => schema.parseAsync(value));
    }
    tell(`${name} json schema`, () => z.toJSONSchema(schema));
  }
  for (const value of values) await tell('slow', () => slow.parseAsync(value));
  tell('slow, not awaited', () => slow.parse('yes'));
  const { error } = checked.safeParse(values[1]);
  for (const name of ['treeifyError', 'prettifyError', 'flattenError', 'formatError'])
    tell(name, () => z[name](error));
  const sum = z.function({ input: [z.number(), z.number()], output: z.number() });
  tell('function', () => sum.implement((a, b) => a + b)(1, 2));
  tell('function, wrong', () => sum.implement((a, b) => a + b)(1, 'x'));
  await tell('function, async', () => sum.implementAsync(async (a, b) => a + b)(1, 2));
  callAll('coerce', z.coerce, [() => [], () => [{ error: 'no' }]]);
}
