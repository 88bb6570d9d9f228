/**
 * One context for two copies of OpenTelemetry's API. A newer copy than ours does not look at what ours has registered:
 * its spans would have no parents, and it would not know of our own requests that they are not to be traced. So it is
 * given what it looks for.
 */
import { createRequire } from 'node:module';
import {
  type Context,
  context,
  createContextKey,
  propagation,
  ROOT_CONTEXT,
  type TextMapPropagator,
} from '@opentelemetry/api';

/** A copy of the API, with what is no part of its face. */
interface OtherApi {
  readonly context: { active(): Context; _getContextManager?: () => unknown };
  readonly propagation: { _getGlobalPropagator?: () => TextMapPropagator };
}

/** False where the copy that the package sees shares no context with ours. @param path of the package's main file */
export function sharesContext(path: string): boolean {
  const api = createRequire(path)('@opentelemetry/api') as OtherApi;
  if (isShared(api)) return true;
  if (typeof api.context._getContextManager !== 'function') return false;
  api.context._getContextManager = () => context;
  if (typeof api.propagation._getGlobalPropagator === 'function') {
    api.propagation._getGlobalPropagator = () => ({
      inject: (from, carrier, setter) => propagation.inject(from, carrier, setter),
      extract: (from, carrier, getter) => propagation.extract(from, carrier, getter),
      fields: () => propagation.fields(),
    });
  }
  return isShared(api);
}

function isShared(api: OtherApi): boolean {
  const key = createContextKey('synton probe');
  const probe = ROOT_CONTEXT.setValue(key, true);
  return context.with(probe, () => api.context.active().getValue(key) === true);
}
