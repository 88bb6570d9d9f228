/** What is told of the attributes of a whole trace, row by row of its outline. */

import { PAGE_MAX } from '../../views/view-choices.ts';
import type { ViewRenderer } from '../../views/view-renderer.ts';
import { TEXT, traceIdParameter, whole } from './parameters.ts';
import { API_PREFIX, type Route } from './route.ts';
import { answerWithView, jsonShape } from './view-answer.ts';

const problems = ['InvalidTraceId', 'TraceNotFound', 'Unavailable'] as const;

export function attributeRoutes(views: ViewRenderer): readonly Route[] {
  return [attributes(views), attributeColumn(views), find(views)];
}

function attributes(views: ViewRenderer): Route {
  return {
    path: `${API_PREFIX}/attributes/{trace_id}`,
    operationId: 'attributes',
    tag: 'traces',
    summary: 'Which attributes the spans of a trace have',
    description:
      'At most 256 keys, each with how many spans have it, themselves or in their resource; `moreKeys` are left out.',
    parameters: [traceIdParameter],
    answers: [jsonShape('TraceAttributes', 'The keys, the most frequent first.')],
    problems,
    handle: answerWithView(views, 'attributes'),
  };
}

function attributeColumn(views: ViewRenderer): Route {
  return {
    path: `${API_PREFIX}/attributes/{trace_id}/values`,
    operationId: 'attributeColumn',
    tag: 'traces',
    summary: 'What one attribute says on every row of a trace',
    description:
      'A byte a row of the outline with the same revision: 0 where neither the span nor its resource has it, n for the n-th of `values`, 255 for another value. The 64 most frequent values are told apart.',
    parameters: [
      traceIdParameter,
      {
        name: 'key',
        in: 'query',
        description: 'The key of the attribute; `service.name` unless given.',
        schema: TEXT,
        example: 'http.route',
      },
    ],
    answers: [jsonShape('AttributeColumn', 'The column, and the values that it means.')],
    problems,
    handle: answerWithView(views, 'attributeColumn'),
  };
}

function find(views: ViewRenderer): Route {
  return {
    path: `${API_PREFIX}/find/{trace_id}`,
    operationId: 'find',
    tag: 'traces',
    summary: 'Which spans of a trace say something',
    description:
      'Words in any case that must all hold, each in the name, service, kind or status of a span, in a key or value of its attributes, in its events or its status message; `key=part` and `key="whole"` for one attribute of the span, of an event, or else of its resource. Rows are those of the outline with the same revision.',
    parameters: [
      traceIdParameter,
      {
        name: 'text',
        in: 'query',
        description: 'Up to 16 words, "some words", `key=part` or `key="whole"`.',
        schema: TEXT,
        example: 'http.route=/cart timeout',
      },
      {
        name: 'limit',
        in: 'query',
        description: 'Rows to tell, the first that match; 10,000 unless given.',
        schema: whole(1, PAGE_MAX),
        example: 1_000,
      },
    ],
    answers: [jsonShape('TraceFindings', 'The first rows that match, and how many do.')],
    problems,
    handle: answerWithView(views, 'find'),
  };
}
