/**
 * The API as an OpenAPI 3.1 document, made from the table of routes and the schemas of their answers. Source
 * of the shape: the OpenAPI Specification 3.1.1. Loaded when the document is asked for.
 */
import { type JsonSchema, toJsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema';
import type { GenericSchema } from 'valibot';
import { PROBLEM_CONTENT_TYPE, PROBLEMS, type ProblemCode } from '../problem.ts';
import { type AnswerShape, type Parameter, pathsOf, type Route } from '../routes/route.ts';
import * as attributes from './attribute-schemas.ts';
import type { SchemaName } from './schema-names.ts';
import * as numbers from './statistics-schemas.ts';
import * as disk from './storage-schemas.ts';
import * as traces from './trace-schemas.ts';

const SCHEMAS: Readonly<Record<SchemaName, GenericSchema>> = {
  Nanoseconds: traces.nanoseconds,
  TraceId: traces.traceId,
  SpanId: traces.spanId,
  AttributeValue: traces.attributeValue,
  Attribute: traces.attribute,
  TraceSummary: traces.traceSummary,
  TraceEvent: traces.traceEvent,
  SpanLink: traces.spanLink,
  SpanMetadata: traces.spanMetadata,
  TraceSpan: traces.traceSpan,
  LifecycleEvent: traces.lifecycleEvent,
  LifecycleNode: traces.lifecycleNode,
  LifecycleGap: traces.lifecycleGap,
  SpanPlace: traces.spanPlace,
  LifecycleRunning: traces.lifecycleRunning,
  LifecycleView: traces.lifecycleView,
  TimelineRow: traces.timelineRow,
  TimelineView: traces.timelineView,
  SearchProgress: traces.searchProgress,
  SearchPage: traces.searchPage,
  SlowestTraces: numbers.slowestTraces,
  TraceHistogram: numbers.traceHistogram,
  TraceAttributes: attributes.traceAttributes,
  AttributeColumn: attributes.attributeColumn,
  TraceFindings: attributes.traceFindings,
  SyntonExport: traces.syntonExport,
  OtlpExport: traces.otlpExport,
  ExportResponse: traces.exportResponse,
  Operation: numbers.operation,
  ServicesView: numbers.servicesView,
  ServiceMap: numbers.serviceMap,
  DurationBuckets: numbers.durationBuckets,
  StatisticsPoint: numbers.statisticsPoint,
  Statistics: numbers.statistics,
  DurationRecord: numbers.durationRecord,
  StorageReport: numbers.storageReport,
  DashboardStats: numbers.dashboardStats,
  StorageForm: disk.storageForm,
  CompactionState: disk.compactionState,
  StorageAnswer: disk.storageAnswer,
  DemoState: numbers.demoState,
  Health: numbers.health,
  Ready: numbers.ready,
  OpenApi: numbers.openApi,
  Problem: numbers.problem,
};

/** What any endpoint may answer. */
const ALWAYS: readonly ProblemCode[] = [
  'InvalidParameter',
  'InvalidRequest',
  'ForbiddenHost',
  'BodyNotAccepted',
  'UrlTooLong',
  'Internal',
];

const TAGS = [
  { name: 'traces', description: 'One trace, and how to find it.' },
  { name: 'statistics', description: 'Numbers over many traces.' },
  { name: 'storage', description: 'What lies on disk.' },
  { name: 'service', description: 'Synton itself.' },
] as const;

export function openApiDocument(routes: readonly Route[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes)
    for (const path of pathsOf(route))
      paths[path] = { ...paths[path], [methodOf(route)]: operationOf(route, path) };
  return {
    openapi: '3.1.1',
    info: {
      title: 'Synton',
      version,
      summary: 'What programs really did when they ran',
      description:
        'Every endpoint takes GET and HEAD and is read only, but for those that compact, and that start and stop the demo: they take POST and DELETE. Traces come in through the OTLP receivers. Parameters that an endpoint does not know are refused. Nanoseconds are decimal strings.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: TAGS,
    paths,
    components: {
      schemas: toJsonSchemaDefs(SCHEMAS, {
        target: 'draft-2020-12',
        overrideRef: ({ referenceId }) => schemaRef(referenceId),
      }),
    },
  };
}

function methodOf({ method = 'GET' }: Route): string {
  return method.toLowerCase();
}

function operationOf(route: Route, path: string): object {
  const id = path === route.path ? route.operationId : `${route.operationId}AtRoot`;
  return {
    operationId: id,
    tags: [route.tag],
    summary: route.summary,
    description: route.description,
    parameters: route.parameters.map(parameterOf),
    responses: responsesOf(route),
  };
}

function parameterOf({
  name,
  in: place,
  description,
  schema,
  example,
  repeated,
}: Parameter): object {
  const one = toJsonSchema(schema, { target: 'draft-2020-12' });
  // The dialect is that of the whole document.
  delete one.$schema;
  return {
    name,
    in: place,
    description,
    required: place === 'path',
    schema: repeated === true ? { type: 'array', items: one } : one,
    example: repeated === true ? [example] : example,
  };
}

/** By status: answers, and the problems that share it. */
function responsesOf(route: Route): object {
  const codes = [...new Set([...ALWAYS, ...route.problems])];
  const statuses = new Set<number>([
    ...route.answers.map(({ status }) => status),
    ...codes.map((code) => PROBLEMS[code].status),
  ]);
  const responses = [...statuses]
    .sort((a, b) => a - b)
    .map((status) => {
      const answer = route.answers.find((shape) => shape.status === status);
      const problems = codes.filter((code) => PROBLEMS[code].status === status);
      return [String(status), responseOf(answer, problems)];
    });
  return Object.fromEntries(responses);
}

function responseOf(answer: AnswerShape | undefined, problems: readonly ProblemCode[]): object {
  const said = problems.map((code) => `${code}: ${PROBLEMS[code].title}.`);
  const headers = Object.entries(answer?.headers ?? {}).map(([name, description]) => [
    name,
    { description, schema: { type: 'string' } },
  ]);
  const content = {
    ...Object.fromEntries(
      Object.entries(answer?.content ?? {}).map(([type, names]) => [type, bodyOf(names)]),
    ),
    ...(problems.length > 0 ? { [PROBLEM_CONTENT_TYPE]: problemBody(problems) } : {}),
  };
  return {
    description: [...(answer ? [answer.description] : []), ...said].join('\n\n'),
    ...(headers.length > 0 ? { headers: Object.fromEntries(headers) } : {}),
    ...(Object.keys(content).length > 0 ? { content } : {}),
  };
}

function bodyOf(names: readonly SchemaName[]): object {
  const [only, ...others] = names.map((name) => ({ $ref: schemaRef(name) }));
  if (only === undefined) return { schema: { type: 'string' } };
  return { schema: others.length === 0 ? only : { oneOf: [only, ...others] } };
}

function problemBody(codes: readonly ProblemCode[]): object {
  const narrowed: JsonSchema = { type: 'object', properties: { code: { enum: [...codes] } } };
  return { schema: { allOf: [{ $ref: schemaRef('Problem') }, narrowed] } };
}

function schemaRef(name: string): string {
  return `#/components/schemas/${name}`;
}
