/** graphql: modules that import each other in cycles, bundled and minified before they run. */
import * as graphql from 'graphql';
import { surface, tell } from './transcript.mjs';

surface('graphql', graphql, 1);
const source = `
  interface Node { id: ID! }
  "A person." type Person implements Node { id: ID!, name(upper: Boolean = false): String!, friends(first: Int): [Person!]!, mood: Mood, fails: String, late: String! }
  enum Mood { GOOD BAD @deprecated(reason: "old") }
  union Found = Person | Pet
  type Pet implements Node { id: ID! name: String }
  input Filter { name: String, ages: [Int!] = [1, 2] }
  scalar Date @specifiedBy(url: "http://d")
  type Query { person(id: ID!): Person, find(filter: Filter): [Found], when: Date }
  type Mutation { rename(id: ID!, name: String!): Person }
  type Subscription { ticks(to: Int!): Int }
  directive @own(a: Int) repeatable on FIELD | QUERY
`;
const schema = graphql.buildSchema(source);
const people = new Map(
  ['ann', 'bob'].map((name, at) => [
    String(at),
    {
      __typename: 'Person',
      id: String(at),
      mood: at ? 'BAD' : 'GOOD',
      name: ({ upper }) => (upper ? name.toUpperCase() : name),
      friends: async ({ first = 5 }) => [...people.values()].slice(0, first),
      fails() {
        throw new TypeError(`${name} fails`);
      },
      async late() {
        await null;
        throw new RangeError('late');
      },
    },
  ]),
);
const rootValue = {
  person: ({ id }) => people.get(id),
  find: async ({ filter }) => [
    people.get('0'),
    { __typename: 'Pet', id: 9, name: JSON.stringify(filter) },
    new Error('one failed'),
  ],
  when: () => new Date(0),
  rename: ({ id, name }) => ({ ...people.get(id), name }),
};
const QUERIES = [
  '{ person(id: 1) { id name(upper: true) friends(first: 1) { name friends { id } } mood __typename } }',
  'query Q($f: Filter, $b: Boolean!) { find(filter: $f) { ... on Person { name @include(if: $b) } ...P @skip(if: $b) } } fragment P on Pet { id name }',
  '{ person(id: 0) { fails name late } }',
  '{ a: person(id: 0) { late } b: person(id: 7) { id } when }',
  'mutation { rename(id: 0, name: "new") { name } }',
  '{ __schema { types { name kind fields(includeDeprecated: true) { name args { name defaultValue } } enumValues { name } } directives { name } } }',
  '{ nothing }',
  '{ person(id: {}) { id } }',
  '{ person { id } }',
  'query A { when } query B { when }',
  '{ person(id: 1) }',
  '{',
  'fragment X on Person { ...X } { when }',
];
for (const query of QUERIES) {
  for (const variableValues of [{ b: true, f: { name: 'x' } }, { b: 'no' }, {}])
    await tell(query.slice(0, 30), () =>
      graphql.graphql({ schema, source: query, rootValue, variableValues }),
    );
  tell('parse', () => graphql.print(graphql.parse(query)));
  tell('validate', () => graphql.validate(schema, graphql.parse(query)).map(String));
  tell('visit', () => {
    const kinds = [];
    graphql.visit(graphql.parse(query), {
      enter: ({ kind }) => void kinds.push(kind),
      Field: { leave: () => undefined },
    });
    return kinds;
  });
}
tell('schema', () => graphql.printSchema(schema));
tell('introspection', () =>
  graphql.printSchema(graphql.buildClientSchema(graphql.introspectionFromSchema(schema))),
);
tell('extended', () =>
  graphql.printSchema(graphql.extendSchema(schema, graphql.parse('extend type Pet { age: Int }'))),
);
for (const wrong of [
  'type A { b: C }',
  'type Query { a: Int a: Int }',
  'type Query',
  'interface I { a: Int } type Query implements I { b: Int }',
])
  tell('wrong', () => graphql.validateSchema(graphql.buildSchema(wrong)));
await tell('subscription', async () => {
  const events = await graphql.subscribe({
    schema,
    document: graphql.parse('subscription { ticks(to: 3) }'),
    rootValue: {
      async *ticks({ to }) {
        for (let n = 0; n < to; n++) yield { ticks: n };
        throw new Error('over');
      },
    },
  });
  const seen = [];
  for await (const event of events) seen.push(event);
  return seen;
});
tell('lexicographic', () => graphql.printSchema(graphql.lexicographicSortSchema(schema)).length);
tell('ast', () =>
  graphql.valueFromASTUntyped(graphql.parseValue('{ a: [1, $b, "x", ENUM, null] }'), { b: 2 }),
);
tell(
  'error',
  () =>
    graphql.printError?.(
      new graphql.GraphQLError('m', { source: new graphql.Source(source), positions: [20] }),
    ) ??
    String(new graphql.GraphQLError('m', { source: new graphql.Source(source), positions: [20] })),
);
