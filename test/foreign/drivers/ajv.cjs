/** ajv: functions made as text, from schemas; CommonJS that TypeScript compiled, with cycles. */
const { default: Ajv } = require('ajv');
const Ajv2020 = require('ajv/dist/2020');
const standalone = require('ajv/dist/standalone');

async function main() {
  const { surface, tell } = await import('./transcript.mjs');
  surface('ajv', require('ajv'), 2);
  const schemas = {
    person: {
      type: 'object',
      required: ['name'],
      properties: {
        name: { type: 'string', minLength: 2 },
        age: { type: 'integer', minimum: 0, maximum: 150 },
        tags: { type: 'array', items: { enum: ['a', 'b'] }, uniqueItems: true },
      },
      additionalProperties: false,
    },
    either: {
      oneOf: [
        { type: 'number', multipleOf: 0.5 },
        { type: 'string', pattern: '^x+$' },
        { const: null },
      ],
    },
    tree: {
      $id: 'tree',
      type: 'object',
      properties: { value: { type: 'number' }, kids: { type: 'array', items: { $ref: '#' } } },
      required: ['value'],
    },
    logic: {
      if: { type: 'string' },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { maxLength: 3 },
      else: { not: { type: 'null' } },
      anyOf: [true, { type: 'object' }],
    },
    object: {
      minProperties: 1,
      maxProperties: 2,
      propertyNames: { pattern: '^[a-z]' },
      patternProperties: { '^n': { type: 'number' } },
      dependencies: { a: ['b'] },
    },
    defaults: { type: 'object', properties: { a: { default: [1] }, b: { type: 'boolean' } } },
    array: {
      type: 'array',
      contains: { type: 'number' },
      minItems: 1,
      items: [{ type: 'string' }],
      additionalItems: { type: 'number' },
    },
  };
  const values = [
    { name: 'ann', age: 4, tags: ['a'] },
    { name: 'a', age: -1, tags: ['a', 'a', 'c'], odd: 1 },
    { value: 1, kids: [{ value: 2 }, { value: 'x' }] },
    1.5,
    1.3,
    'xx',
    'xxxx',
    null,
    [],
    ['a', 1],
    [1, 'a'],
    { n: 'x', A: 1 },
    { a: 1 },
    { b: 'true' },
    undefined,
    true,
  ];
  for (const options of [
    { allErrors: true, allowUnionTypes: true, strict: false },
    { coerceTypes: true, useDefaults: true, removeAdditional: true, strict: false, verbose: true },
  ]) {
    const ajv = new Ajv({ ...options, logger: false });
    ajv.addKeyword({
      keyword: 'even',
      type: 'number',
      validate: (flag, value) => !flag || value % 2 === 0,
      errors: false,
    });
    ajv.addFormat('shout', /^[A-Z]+$/);
    for (const [name, schema] of Object.entries(schemas)) {
      const validate = tell(`compile ${name}`, () => ajv.compile(schema));
      for (const value of values)
        tell(name, () => {
          const copy = structuredClone(value);
          return [validate(copy), validate.errors, copy];
        });
      tell('text', () => ajv.errorsText(validate.errors));
    }
    tell('keyword', () => [ajv.validate({ even: true }, 3), ajv.errors]);
    tell('format', () => [ajv.validate({ type: 'string', format: 'shout' }, 'no'), ajv.errors]);
    tell('lookup', () => typeof ajv.getSchema('tree'));
    tell('added twice', () => ajv.addSchema(schemas.tree, 'tree'));
    tell('wrong', () => ajv.compile({ type: 'nope' }));
    tell('no reference', () => ajv.compile({ $ref: 'missing#/x' }));
    await tell('loaded', () =>
      new Ajv({ loadSchema: async (uri) => ({ $id: uri, type: 'number' }) })
        .compileAsync({ $ref: 'http://x/y' })
        .then((validate) => [validate(1), validate('x')]),
    );
    await tell('async', () => ajv.compile({ $async: true, type: 'number' })('x'));
  }
  tell('strict', () => new Ajv().compile({ odd: 1 }));
  tell('2020', () => {
    const validate = new Ajv2020.default().compile({
      $dynamicAnchor: 'n',
      prefixItems: [{ type: 'number' }],
      unevaluatedItems: false,
    });
    return [validate([1]), validate([1, 2]), validate.errors];
  });
  tell(
    'standalone',
    () =>
      standalone.default(
        new Ajv({ code: { source: true } }),
        new Ajv({ code: { source: true } }).compile(schemas.person),
      ).length,
  );
}
main();
