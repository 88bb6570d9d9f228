/**
 * Brings a span processor to the program's tracer provider, or sets a provider up where there is none.
 *
 * A provider of ours is not registered globally: it is put behind the proxy that the API has until somebody
 * registers one. So a program that registers its own later is not refused, and wins. It reaches the copy of
 * the API that Synton itself imports, which is the program's own unless two versions are installed.
 */
import { createRequire } from 'node:module';
import {
  context,
  createContextKey,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';

/** Where the providers of SDK 2.x and 3.x keep their processors: they have no method to add one. */
interface SdkProvider {
  readonly _activeSpanProcessor?: { _spanProcessors?: readonly SpanProcessor[] };
}

/** False where the provider takes no further processor. */
export function addProcessor(provider: TracerProvider, processor: SpanProcessor): boolean {
  const several = (provider as SdkProvider)._activeSpanProcessor;
  const given = several?._spanProcessors;
  if (several === undefined || !Array.isArray(given) || Object.isFrozen(several)) return false;
  // The list is the one that the program passed in: it is replaced, not added to.
  if (!given.includes(processor)) several._spanProcessors = [...given, processor];
  return true;
}

/** False where the API has a proxy that is not known to us. */
export function setUpProvider(processor: SpanProcessor): boolean {
  const proxy = trace.getTracerProvider();
  if (!(proxy instanceof ProxyTracerProvider)) return false;
  // What is needed here only is loaded here, and at once: `TraceCollector.global()` cannot wait.
  const require = createRequire(import.meta.url);
  const { BasicTracerProvider } =
    require('@opentelemetry/sdk-trace-base') as typeof import('@opentelemetry/sdk-trace-base');
  const { defaultResource, detectResources, envDetector } =
    require('@opentelemetry/resources') as typeof import('@opentelemetry/resources');
  const resource = defaultResource().merge(detectResources({ detectors: [envDetector] }));
  proxy.setDelegate(new BasicTracerProvider({ resource, spanProcessors: [processor] }));
  setUpContext();
  return true;
}

/** Without a context manager every span would be a root. One that the program has stays. */
export function setUpContext(): void {
  if (hasContextManager()) return;
  const require = createRequire(import.meta.url);
  const { AsyncLocalStorageContextManager } =
    require('@opentelemetry/context-async-hooks') as typeof import('@opentelemetry/context-async-hooks');
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
}

function hasContextManager(): boolean {
  const key = createContextKey('synton probe');
  const probe = ROOT_CONTEXT.setValue(key, true);
  return context.with(probe, () => context.active().getValue(key) === true);
}
