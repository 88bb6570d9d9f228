/**
 * The tracer of whatever provider the program has at this moment: it may come late, and it may change.
 *
 * Nothing is cached but the tracer of the provider that was seen last. Without a provider there is no
 * tracer, and callers do without a span.
 */
import { ProxyTracerProvider, type Tracer, type TracerProvider, trace } from '@opentelemetry/api';
import { packageVersion } from '../telemetry/package-version.ts';

const SCOPE = 'synton';
/** What a proxy of the API stands for until a provider is registered. */
const NOOP: TracerProvider = new ProxyTracerProvider().getDelegate();

let seen: TracerProvider | undefined;
let tracer: Tracer | undefined;
let onChange: ((provider: TracerProvider | undefined) => void) | undefined;

/** Undefined while the program has none. */
export function currentProvider(): TracerProvider | undefined {
  const found: TracerProvider & { getDelegate?: () => TracerProvider } = trace.getTracerProvider();
  const provider = typeof found.getDelegate === 'function' ? found.getDelegate() : found;
  return provider === NOOP ? undefined : provider;
}

/** Undefined while the program has no provider. May throw what the provider throws. */
export function currentTracer(): Tracer | undefined {
  const provider = currentProvider();
  if (provider === seen) return tracer;
  seen = provider;
  tracer = undefined;
  onChange?.(provider);
  tracer = provider?.getTracer(SCOPE, packageVersion());
  return tracer;
}

/** `listener` is called when a span is wanted and the provider is another than at the last one. One at a time. */
export function whenProviderChanges(
  listener: (provider: TracerProvider | undefined) => void,
): void {
  onChange = listener;
}
