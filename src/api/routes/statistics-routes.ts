/** Numbers over many traces: the dashboard, series over time, and who there is. */
import * as v from 'valibot';
import { STATISTICS_KEYS } from '../../views/view-choices.ts';
import type { ViewRenderer } from '../../views/view-renderer.ts';
import { DURATION, operationParameter, rangeParameters, serviceParameter } from './parameters.ts';
import { API_PREFIX, type Route } from './route.ts';
import { answerWithView, jsonShape } from './view-answer.ts';

const RANGE = 'The hour that ends now, unless a range is given.';

export function statisticsRoutes(views: ViewRenderer): readonly Route[] {
  return [
    {
      path: `${API_PREFIX}/stats`,
      operationId: 'stats',
      tag: 'statistics',
      summary: 'How things go, at a glance',
      description: `Counts, error rate, the slowest and the most failing operations, throughput, what is stored and what was dropped. ${RANGE}`,
      parameters: [serviceParameter, ...rangeParameters],
      answers: [jsonShape('DashboardStats', 'Numbers of the range.')],
      problems: ['Unavailable'],
      handle: answerWithView(views, 'dashboard'),
    },
    {
      path: `${API_PREFIX}/stats/series`,
      operationId: 'statsSeries',
      tag: 'statistics',
      summary: 'Counts, errors and quantiles over time',
      description: `One series a key, one point a step; re-weighted for sampling before Synton. ${RANGE}`,
      parameters: [
        {
          name: 'by',
          in: 'query',
          description: 'What to tell apart; total, one series, unless given.',
          schema: v.picklist(STATISTICS_KEYS),
          example: 'service',
        },
        {
          name: 'step',
          in: 'query',
          description:
            'Whole minutes. Unless given, such that there are about 120 points. Steps begin at multiples of it since 1970, so that the first may begin before the range, of which alone it counts; one as long as the range holds all of it.',
          schema: DURATION,
          example: '5m',
        },
        serviceParameter,
        ...rangeParameters,
      ],
      answers: [jsonShape('Statistics', 'The series.')],
      problems: ['Unavailable'],
      handle: answerWithView(views, 'statistics'),
    },
    {
      path: `${API_PREFIX}/stats/durations`,
      operationId: 'statsDurations',
      tag: 'statistics',
      summary: 'How many spans took how long',
      description: `A histogram of at most 65 buckets, each about the same factor wider than the one before. A span took longer than \`fromNano\` of its bucket, and at most its \`toNano\`. ${RANGE}`,
      parameters: [serviceParameter, operationParameter, ...rangeParameters],
      answers: [jsonShape('DurationBuckets', 'The histogram.')],
      problems: ['Unavailable'],
      handle: answerWithView(views, 'durations'),
    },
    {
      path: `${API_PREFIX}/services/map`,
      operationId: 'serviceMap',
      tag: 'statistics',
      summary: 'Who calls whom, how often, how fast and how well',
      description: `Services with all their spans in the range counted, and calls between them and to what sent no spans itself. Calls are told from the newest traces, as they are: \`examined\` says how many those are and how far back they reach. ${RANGE}`,
      parameters: [...rangeParameters],
      answers: [jsonShape('ServiceMap', 'The map.')],
      problems: ['Unavailable'],
      handle: answerWithView(views, 'serviceMap'),
    },
    {
      path: `${API_PREFIX}/services`,
      operationId: 'services',
      tag: 'statistics',
      summary: 'Services, and the operations of each',
      description: 'Everything that spans now held were named by.',
      parameters: [serviceParameter],
      answers: [jsonShape('ServicesView', 'Services in order of name.')],
      problems: ['Unavailable'],
      handle: answerWithView(views, 'services'),
    },
  ];
}
