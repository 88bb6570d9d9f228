/** Endpoints that answer with the JSON of one view, as it was written: nothing is parsed again on the way. */
import type { ViewRenderer } from '../../views/view-renderer.ts';
import type { SchemaName } from '../openapi/schema-names.ts';
import { type Answer, type AnswerShape, type GivenParameters, JSON_TYPE } from './route.ts';

export function jsonShape(schema: SchemaName, description: string): AnswerShape {
  return { status: 200, description, content: { [JSON_TYPE]: [schema] } };
}

export function answerWithView(
  views: ViewRenderer,
  view: string,
): (given: GivenParameters, signal: AbortSignal) => Promise<Answer> {
  return async (given, signal) => ({
    contentType: JSON_TYPE,
    body: await views.renderJson(view, given, signal),
  });
}
