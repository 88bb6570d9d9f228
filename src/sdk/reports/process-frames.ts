/**
 * The resource that reports of a thread come with: that of its spans, and where that does not name the process, the process. In a worker
 * thread it is the thread that is named, as that may end alone.
 */
import { hostname } from 'node:os';
import { threadId } from 'node:worker_threads';
import {
  type SdkResource,
  type SdkScope,
  sdkResourceFrame,
  sdkScopeFrame,
} from '../../otlp/write-sdk-span.ts';
import { knownPart } from '../span-frames.ts';
import type { ReportFrames } from './report-messages.ts';

export class ProcessFrames {
  readonly #frames = new WeakMap<object, Uint8Array>();

  /** With the attributes it has by now. */
  resource(resource: SdkResource): Uint8Array {
    const known = this.#frames.get(resource);
    if (known !== undefined) return known;
    const told = knownPart(resource);
    const { attributes } = told;
    const frame = sdkResourceFrame({
      ...told,
      attributes: { ...attributes, ...identity(attributes) },
    });
    // One that waits for attributes is looked at again.
    if (told === resource) this.#frames.set(resource, frame);
    return frame;
  }
}

export function reportFrames(resource: SdkResource, scope: SdkScope): ReportFrames {
  return { resource: new ProcessFrames().resource(resource), scope: sdkScopeFrame(scope) };
}

/** What is added to these attributes (otlp/read-log-events.ts, processOf). */
function identity(attributes: SdkResource['attributes']): SdkResource['attributes'] {
  if (attributes['service.instance.id']) return {};
  if (threadId !== 0) return { 'service.instance.id': `${process.pid}.${threadId}@${hostname()}` };
  const isNamed = typeof attributes['process.pid'] === 'number' && attributes['host.name'];
  return isNamed ? {} : { 'process.pid': process.pid, 'host.name': hostname() };
}
