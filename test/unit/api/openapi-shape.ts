/**
 * What an OpenAPI 3.1 document looks like, as far as ours goes: the objects of the OpenAPI Specification 3.1.1
 * with the fields that we write, closed, so that a misspelt field is found. Schemas are checked against the
 * dialect's own meta-schema beside it.
 */
const text = { type: 'string', minLength: 1 } as const;

const closed = (required: readonly string[], properties: object): object => ({
  type: 'object',
  required,
  properties,
  additionalProperties: false,
});

const schema = { type: 'object' } as const;
const mapOf = (values: object): object => ({ type: 'object', additionalProperties: values });

const parameter = {
  ...closed(['name', 'in', 'description', 'required', 'schema', 'example'], {
    name: text,
    in: { enum: ['path', 'query'] },
    description: text,
    required: { type: 'boolean' },
    schema,
    example: {},
  }),
  // A parameter in the path is always required.
  if: { properties: { in: { const: 'path' } } },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { properties: { required: { const: true } } },
};

const response = closed(['description'], {
  description: text,
  headers: mapOf(closed(['description', 'schema'], { description: text, schema })),
  content: {
    type: 'object',
    minProperties: 1,
    propertyNames: { pattern: '^[a-z]+/[a-z0-9.+-]+$' },
    additionalProperties: closed(['schema'], { schema }),
  },
});

const operation = closed(
  ['operationId', 'tags', 'summary', 'description', 'parameters', 'responses'],
  {
    operationId: { type: 'string', pattern: '^[a-zA-Z]+$' },
    tags: { type: 'array', items: text, minItems: 1 },
    summary: text,
    description: text,
    parameters: { type: 'array', items: parameter },
    responses: {
      type: 'object',
      anyOf: [{ required: ['200'] }, { required: ['202'] }],
      propertyNames: { pattern: '^[2-5][0-9][0-9]$' },
      additionalProperties: response,
    },
  },
);

export const OPENAPI_SHAPE: object = closed(
  ['openapi', 'info', 'servers', 'tags', 'paths', 'components'],
  {
    openapi: { type: 'string', pattern: '^3\\.1\\.[0-9]+$' },
    info: closed(['title', 'version'], {
      title: text,
      version: text,
      summary: text,
      description: text,
      license: closed(['name'], { name: text, identifier: text }),
    }),
    servers: { type: 'array', items: closed(['url'], { url: text }) },
    tags: { type: 'array', items: closed(['name'], { name: text, description: text }) },
    paths: {
      type: 'object',
      propertyNames: { pattern: '^/' },
      additionalProperties: {
        ...closed([], { get: operation, post: operation, delete: operation }),
        minProperties: 1,
      },
    },
    components: closed(['schemas'], {
      schemas: {
        type: 'object',
        propertyNames: { pattern: '^[a-zA-Z0-9._-]+$' },
        additionalProperties: schema,
      },
    }),
  },
);

/** What tests read of it. */
export interface DocumentedParameter {
  readonly name: string;
  readonly in: string;
  readonly schema: object;
  readonly example: unknown;
}
export interface Operation {
  readonly operationId: string;
  readonly parameters: readonly DocumentedParameter[];
  readonly responses: Readonly<
    Record<string, { readonly content: Readonly<Record<string, object>> }>
  >;
}
export interface Document {
  readonly paths: Readonly<
    Record<
      string,
      { readonly get?: Operation; readonly post?: Operation; readonly delete?: Operation }
    >
  >;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}
