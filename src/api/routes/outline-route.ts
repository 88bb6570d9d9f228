/** The shape of a whole trace in bytes, and whether it is still the one that somebody has. */
import type { ViewRenderer } from '../../views/view-renderer.ts';
import { subtreeParameter, TEXT, traceIdParameter } from './parameters.ts';
import { API_PREFIX, type AskedHeaders, type GivenParameters, type Route } from './route.ts';

/** The bytes are described in docs/rest.md. */
const OUTLINE_TYPE = 'application/vnd.synton.outline';
/** Of those that a client may have, so many are looked at. */
const REVISIONS_MAX = 8;

/** As the view answers. */
interface OutlineAnswer {
  readonly revision: string;
  readonly bytes: Uint8Array | undefined;
}

export function outline(views: ViewRenderer): Route {
  return {
    path: `${API_PREFIX}/outline/{trace_id}`,
    operationId: 'outline',
    tag: 'traces',
    summary: 'The shape of a whole trace as columns of numbers',
    description:
      'For whoever draws all of a trace at once, however large: binary, a JSON header and then a typed array a column (time, duration, self time, place in the tree, lane, name, status), described in the documentation of the REST API. With `If-None-Match`, or `revision`, 304 while nothing has changed, told without reading a span.',
    parameters: [
      traceIdParameter,
      subtreeParameter,
      {
        name: 'revision',
        in: 'query',
        description: 'Instead of `If-None-Match`: the `revision` that you have.',
        schema: TEXT,
        example: 'd3b07384d113edec49eaa6',
        repeated: true,
      },
    ],
    answers: [
      {
        status: 200,
        description: 'The outline.',
        content: { [OUTLINE_TYPE]: [] },
        headers: { etag: 'The revision, in quotes.' },
      },
      { status: 304, description: 'It is still the revision that you have.', content: {} },
    ],
    problems: ['InvalidTraceId', 'TraceNotFound', 'Unavailable'],
    async handle(given, signal, headers) {
      const params = { ...given, revision: revisionsOf(given, headers) };
      const answer = await views.render<OutlineAnswer>('outline', params, signal);
      const etag = { etag: `"${answer.revision}"` };
      const { bytes } = answer;
      if (bytes === undefined) return { contentType: '', body: '', status: 304, headers: etag };
      return { contentType: OUTLINE_TYPE, body: bytes, headers: etag };
    },
  };
}

function revisionsOf(
  { revision = [] }: GivenParameters,
  { 'if-none-match': etags = '' }: AskedHeaders,
): readonly string[] {
  const quoted = [...etags.matchAll(/"([^"]+)"/g)].map(([, etag]) => etag!);
  return [revision, quoted].flat().slice(0, REVISIONS_MAX);
}
