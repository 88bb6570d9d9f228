/**
 * The frames of a program's resources and scopes, each written once and kept for as long as the SDK keeps
 * the object. A resource may still be waiting for some of its attributes (what a cloud says of the machine,
 * say): its frame is final only once they are there, or once nobody waits for them any more.
 */
import { NO_SCAN_LIMITS } from '../otlp/scan-limits.ts';
import { SpanScanner } from '../otlp/scan-traces.ts';
import { ABSENT, RESOURCE } from '../otlp/span-columns.ts';
import { ProtobufWriter } from '../otlp/wire/protobuf-writer.ts';
import {
  type SdkResource,
  type SdkScope,
  sdkResourceFrame,
  sdkScopeFrame,
} from '../otlp/write-sdk-span.ts';

/** A resource's frame, and where in it its service's name stands; ABSENT and ABSENT where it has none. */
export interface ResourceFrame {
  readonly bytes: Uint8Array;
  readonly serviceOffset: number;
  readonly serviceLength: number;
}

/** What SDK resources have besides attributes. */
interface PendingResource extends SdkResource {
  readonly asyncAttributesPending?: boolean;
  waitForAsyncAttributes?(): Promise<void>;
  getRawAttributes?(): readonly (readonly [string, unknown])[];
}

export class SpanFrames {
  readonly #resources = new WeakMap<object, ResourceFrame>();
  readonly #scopes = new WeakMap<object, Uint8Array>();

  /** Undefined while the resource waits for attributes. */
  resource(resource: SdkResource): ResourceFrame | undefined {
    const known = this.#resources.get(resource);
    if (known !== undefined) return known;
    return isPending(resource) ? undefined : this.settle(resource);
  }

  /** Resolves when the resource has all its attributes, or never will. Never rejects. */
  async whenSettled(resource: SdkResource): Promise<void> {
    await (resource as PendingResource).waitForAsyncAttributes?.().catch(() => {});
  }

  /** Its frame from now on, with the attributes it has by now. */
  settle(resource: SdkResource): ResourceFrame {
    const known = this.#resources.get(resource);
    if (known !== undefined) return known;
    const frame = located(this.preview(resource));
    this.#resources.set(resource, frame);
    return frame;
  }

  /** Its frame with the attributes it has by now. */
  preview(resource: SdkResource): Uint8Array {
    const known = this.#resources.get(resource);
    if (known !== undefined) return known.bytes;
    return sdkResourceFrame(knownPart(resource));
  }

  scope(scope: SdkScope): Uint8Array {
    let frame = this.#scopes.get(scope);
    if (frame === undefined) {
      frame = sdkScopeFrame(scope);
      this.#scopes.set(scope, frame);
    }
    return frame;
  }
}

/** The scanner is asked where the name is, with a request that is this frame alone. */
function located(bytes: Uint8Array): ResourceFrame {
  const writer = new ProtobufWriter(bytes.length + 16);
  writer.view(1, bytes);
  const scanner = new SpanScanner(NO_SCAN_LIMITS);
  scanner.scan(writer.take());
  const [offset, length] = [RESOURCE.serviceOffset, RESOURCE.serviceLength].map(
    (column) => scanner.resources[column]!,
  );
  const before = scanner.bytes.length - bytes.length;
  return {
    bytes,
    serviceOffset: offset === ABSENT ? ABSENT : offset! - before,
    serviceLength: length!,
  };
}

function isPending(resource: PendingResource): boolean {
  return resource.asyncAttributesPending === true;
}

/** With the attributes that it has by now. */
export function knownPart(resource: SdkResource): SdkResource {
  return isPending(resource) ? withoutPending(resource) : resource;
}

function withoutPending(resource: PendingResource): SdkResource {
  const attributes: Record<string, unknown> = {};
  for (const [key, value] of resource.getRawAttributes?.() ?? []) {
    const isPromise = typeof (value as PromiseLike<unknown> | undefined)?.then === 'function';
    if (!isPromise && value !== undefined && value !== null) attributes[key] ??= value;
  }
  return { attributes, schemaUrl: resource.schemaUrl };
}
