/** Endpoints that answer with the JSON of one view, as it was written: nothing is parsed again on the way. */
import type { ViewRenderer } from '../../views/view-renderer.ts';
import type { SchemaName } from '../openapi/schema-names.ts';
import { type AnswerShape, JSON_TYPE, type Route } from './route.ts';

export function jsonShape(schema: SchemaName, description: string): AnswerShape {
  return { status: 200, description, content: { [JSON_TYPE]: [schema] } };
}

export function answerWithView(views: ViewRenderer, view: string): Route['handle'] {
  return async (given, signal) => ({
    contentType: JSON_TYPE,
    body: await views.renderJson(view, given, signal),
  });
}
