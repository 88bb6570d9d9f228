/** The demo: so that whoever looks at an empty page has something to look at. It runs beside the service and ends with it. */
import * as v from 'valibot';
import { writeJson } from '../../views/json.ts';
import type { DemoControl } from '../demo-control.ts';
import { RequestRefused } from '../problem.ts';
import { YES_OR_NO, yesOrNo } from './parameters.ts';
import { JSON_TYPE, type Route } from './route.ts';
import { jsonShape } from './view-answer.ts';

const DEMO_PATH = '/api/v1/demo';
const BIG = 'big';

/** @param demo undefined: this service has none */
export function demoRoutes(demo: DemoControl | undefined): readonly Route[] {
  const control = (): DemoControl => {
    if (demo !== undefined) return demo;
    throw new RequestRefused('Unavailable', 'there is no demo here');
  };
  return [
    {
      path: DEMO_PATH,
      operationId: 'demo',
      tag: 'service',
      summary: 'Whether the demo runs, and what it has sent',
      description: 'A made-up shop of six services that sends traces to this Synton.',
      parameters: [],
      answers: [jsonShape('DemoState', 'The demo of now, or the last one.')],
      problems: ['Unavailable'],
      async handle() {
        return { contentType: JSON_TYPE, body: writeJson(control().state) };
      },
    },
    {
      method: 'POST',
      path: DEMO_PATH,
      operationId: 'startDemo',
      tag: 'service',
      summary: 'Start the demo, for five minutes',
      description:
        'Sends an hour of made-up history at once and then traces as time passes, over the gRPC receiver, as any program would. One runs at a time; who asks meanwhile joins it. It ends with this Synton at the latest.',
      parameters: [
        {
          name: BIG,
          in: 'query',
          description: 'Also send one trace of 100,000 spans.',
          schema: v.picklist(YES_OR_NO),
          example: 'false',
        },
      ],
      answers: [{ status: 202, description: 'It runs.', content: { [JSON_TYPE]: ['DemoState'] } }],
      problems: ['Unavailable'],
      async handle(given) {
        const state = await control().start({ isBig: yesOrNo(BIG, given[BIG]) });
        if (state === undefined)
          throw new RequestRefused(
            'Unavailable',
            'the gRPC receiver is off, and the demo sends to it',
          );
        return { contentType: JSON_TYPE, body: writeJson(state), status: 202 };
      },
    },
    {
      method: 'DELETE',
      path: DEMO_PATH,
      operationId: 'stopDemo',
      tag: 'service',
      summary: 'Stop the demo',
      description: 'Answered when it has ended. What it has sent stays.',
      parameters: [],
      answers: [jsonShape('DemoState', 'It no longer runs.')],
      problems: ['Unavailable'],
      async handle() {
        return { contentType: JSON_TYPE, body: writeJson(await control().stop()) };
      },
    },
  ];
}
