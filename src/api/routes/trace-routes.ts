/** What can be asked of one trace, and how to find it: each a view behind a URL. */
import * as v from 'valibot';
import { EXPORT_FORMATS, type ExportResponse } from '../../model/export-response.ts';
import { RawParams } from '../../views/params/raw-params.ts';
import {
  DIAGRAMS,
  HISTOGRAM_BUCKETS_MAX,
  JSON_FLAVORS,
  LIFECYCLE_MAX,
  PAGE_MAX,
  ROWS_MAX,
  SLOWEST_MAX,
  TRACES_MAX,
} from '../../views/view-choices.ts';
import type { ViewRenderer } from '../../views/view-renderer.ts';
import { attributeRoutes } from './attribute-routes.ts';
import { outline } from './outline-route.ts';
import {
  columnParameter,
  filterParameters,
  subtreeParameter,
  TEXT,
  traceIdParameter,
  whole,
} from './parameters.ts';
import { API_PREFIX, JSON_TYPE, type Parameter, type Route } from './route.ts';
import { answerWithView, jsonShape } from './view-answer.ts';

export function traceRoutes(views: ViewRenderer): readonly Route[] {
  return [
    lifecycle(views),
    timeline(views),
    outline(views),
    ...attributeRoutes(views),
    exported(views),
    traces(views),
    slowest(views),
    histogram(views),
  ];
}

function lifecycle(views: ViewRenderer): Route {
  return {
    path: `${API_PREFIX}/lifecycle/{trace_id}`,
    operationId: 'lifecycle',
    tag: 'traces',
    summary: 'What happened in a trace, in order',
    description:
      'Every Enter, Exit, Checkpoint, Error and Custom event of the trace in order of time, the tree of its spans, the stretches in which nothing was open, and what is missing or still running. Of a trace with more spans the upper levels are told, siblings that look the same folded into the first; `notShown` counts the rest.',
    parameters: [
      traceIdParameter,
      {
        name: 'limit',
        in: 'query',
        description: 'Spans to tell of; unless given, all of up to 5,000, else 2,000.',
        schema: whole(1, LIFECYCLE_MAX),
        example: 1_000,
      },
      subtreeParameter,
    ],
    answers: [jsonShape('LifecycleView', 'The life of the trace.')],
    problems: ['InvalidTraceId', 'TraceNotFound', 'Unavailable'],
    handle: answerWithView(views, 'lifecycle'),
  };
}

function timeline(views: ViewRenderer): Route {
  return {
    path: `${API_PREFIX}/timeline/{trace_id}`,
    operationId: 'timeline',
    tag: 'traces',
    summary: 'The spans of a trace on one time scale',
    description:
      'One row a span in depth-first order, with its offset from the start of the trace, depth, duration and self time. In pages, by sub-tree, and as deep as is wanted.',
    parameters: [
      traceIdParameter,
      {
        name: 'limit',
        in: 'query',
        description: 'Rows a page; 10,000 unless given.',
        schema: whole(1, PAGE_MAX),
        example: 500,
      },
      {
        name: 'after',
        in: 'query',
        description: '`next` of the page before.',
        schema: TEXT,
        example: '00f067aa0ba902b7-500',
      },
      {
        name: 'offset',
        in: 'query',
        description: 'Instead of `after`: rows to pass over.',
        schema: whole(0, ROWS_MAX),
        example: 50_000,
      },
      subtreeParameter,
      {
        name: 'depth',
        in: 'query',
        description:
          'Levels below the roots, or below the span of `subtree`; all unless given. Rows say how much is below them.',
        schema: whole(0, ROWS_MAX),
        example: 1,
      },
    ],
    answers: [jsonShape('TimelineView', 'Rows of the trace.')],
    problems: ['InvalidTraceId', 'TraceNotFound', 'Unavailable'],
    handle: answerWithView(views, 'timeline'),
  };
}

const EXPORT_SHAPES = ['content', 'response'] as const;

const exportParameters: readonly Parameter[] = [
  traceIdParameter,
  {
    name: 'format',
    in: 'query',
    description: 'json unless given.',
    schema: v.picklist(EXPORT_FORMATS),
    example: 'mermaid',
  },
  {
    name: 'flavor',
    in: 'query',
    description: 'Of json: the spans as Synton reads them (synton, unless given), or OTLP/JSON.',
    schema: v.picklist(JSON_FLAVORS),
    example: 'otlp',
  },
  {
    name: 'diagram',
    in: 'query',
    description: 'Of mermaid: a sequence diagram unless given.',
    schema: v.picklist(DIAGRAMS),
    example: 'gantt',
  },
  subtreeParameter,
  {
    name: 'limit',
    in: 'query',
    description: 'Of json: spans a page; 10,000 unless given.',
    schema: whole(1, PAGE_MAX),
    example: 1_000,
  },
  {
    name: 'after',
    in: 'query',
    description: 'Of json: `next` of the page before, or its header `synton-next`.',
    schema: TEXT,
    example: '00f067aa0ba902b7-1000',
  },
  {
    name: 'as',
    in: 'query',
    description:
      'content, unless given: the exported text itself. response: a JSON object with the text in it.',
    schema: v.picklist(EXPORT_SHAPES),
    example: 'response',
  },
];

function exported(views: ViewRenderer): Route {
  return {
    path: `${API_PREFIX}/export/{trace_id}`,
    operationId: 'export',
    tag: 'traces',
    summary: 'A trace written out for somewhere else',
    description:
      'As JSON (the projected spans, or OTLP/JSON that loads elsewhere) in pages, as a Mermaid diagram, or as text.',
    parameters: exportParameters,
    answers: [
      {
        status: 200,
        description: 'The trace in the format asked for.',
        content: {
          [JSON_TYPE]: ['SyntonExport', 'OtlpExport', 'ExportResponse'],
          'text/vnd.mermaid': [],
          'text/plain': [],
        },
        headers: {
          'synton-span-count': 'How many spans were written.',
          'synton-truncated':
            'true where spans were left out, by the bound of the format or for another page.',
          'synton-next': 'Give it back as `after` to read on; not there at the end.',
        },
      },
    ],
    problems: ['InvalidTraceId', 'TraceNotFound', 'Unavailable'],
    async handle(given, signal) {
      const { as, ...params } = given;
      const shape = new RawParams({ as }, ['as']).choice('as', EXPORT_SHAPES) ?? 'content';
      if (shape === 'response') return answerWithView(views, 'export')(params, signal);
      const written = await views.render<ExportResponse>('export', params, signal);
      return {
        contentType: written.contentType,
        body: written.content,
        headers: {
          'synton-span-count': String(written.spanCount),
          'synton-truncated': String(written.truncated),
          ...(written.next === undefined ? {} : { 'synton-next': written.next }),
        },
      };
    },
  };
}

const cursorParameter: Parameter = {
  name: 'cursor',
  in: 'query',
  description: '`next` of the page before.',
  schema: TEXT,
  example: 'OWYzYzFkMjIgc2VhcmNoIDQy',
};

const searchParameters: readonly Parameter[] = [
  ...filterParameters,
  columnParameter,
  {
    name: 'limit',
    in: 'query',
    description: 'Traces a page; 20 unless given.',
    schema: whole(1, TRACES_MAX),
    example: 50,
  },
  cursorParameter,
];

function traces(views: ViewRenderer): Route {
  return {
    path: `${API_PREFIX}/traces`,
    operationId: 'traces',
    tag: 'traces',
    summary: 'Traces that have a span such as this, newest first',
    description:
      'All filters must hold for one and the same span. Ordered by the arrival of the newest span that matches. A page may be short, even empty, and still have `next`: then the search stopped at its bound and goes on there.',
    parameters: searchParameters,
    answers: [jsonShape('SearchPage', 'A page of traces.')],
    problems: ['Unavailable'],
    handle: answerWithView(views, 'traces'),
  };
}

function slowest(views: ViewRenderer): Route {
  return {
    path: `${API_PREFIX}/traces/slowest`,
    operationId: 'slowest',
    tag: 'traces',
    summary: 'The slowest traces that a search finds',
    description:
      'Of the newest 2,000 traces that are found, or of those that a second and a half reaches: `among` says how many that were and how early the first of them began. With `next` as `cursor` it goes on there; the slowest of several answers are the slowest of all that they looked at.',
    parameters: [
      ...filterParameters,
      {
        name: 'limit',
        in: 'query',
        description: 'So many of the slowest; 50 unless given.',
        schema: whole(1, SLOWEST_MAX),
        example: 10,
      },
      cursorParameter,
      columnParameter,
    ],
    answers: [jsonShape('SlowestTraces', 'The slowest first.')],
    problems: ['Unavailable'],
    handle: answerWithView(views, 'slowest'),
  };
}

function histogram(views: ViewRenderer): Route {
  return {
    path: `${API_PREFIX}/traces/histogram`,
    operationId: 'histogram',
    tag: 'traces',
    summary: 'What a search finds, over time',
    description:
      'Spans as they were counted when they came (`source` statistics), where service, operation, kind, status and range are all that is asked for; else traces that are searched for, the newest first, and `examined` says how far. The hour that ends now, unless a range is given. Steps begin at multiples of their length.',
    parameters: [
      ...filterParameters,
      {
        name: 'buckets',
        in: 'query',
        description: 'About so many steps at most; 60 unless given.',
        schema: whole(1, HISTOGRAM_BUCKETS_MAX),
        example: 100,
      },
    ],
    answers: [jsonShape('TraceHistogram', 'Counts by step.')],
    problems: ['Unavailable'],
    handle: answerWithView(views, 'histogram'),
  };
}
