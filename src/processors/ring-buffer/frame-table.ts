/**
 * The frames around the spans in the ring: each different frame once, counted by the spans it serves,
 * gone with the last of them. A pair is a resource frame and a scope frame. Owns copies; never a view
 * of a request. Its owner bounds `bytes`.
 */
import { crc32 } from 'node:zlib';
import { frameBytes, placeInFrame, type SpanBatch } from '../../otlp/span-batch.ts';
import { ABSENT, RESOURCE, SCOPE } from '../../otlp/span-columns.ts';

const UNKNOWN_SERVICE = 'unknown_service';

interface Frame {
  readonly bytes: Uint8Array;
  readonly checksum: number;
  pairs: number;
}

export interface FramePair {
  readonly resource: Frame;
  readonly scope: Frame;
  /** Within the resource frame; ABSENT without a `service.name`. */
  readonly serviceOffset: number;
  readonly serviceLength: number;
  holds: number;
}

export class FrameTable {
  readonly #frames = new Map<number, Frame[]>();
  readonly #pairs: (FramePair | undefined)[] = [];
  readonly #free: number[] = [];
  /** Pair by resource frame and scope frame. */
  readonly #byFrames = new Map<Frame, Map<Frame, number>>();
  #bytes = 0;
  /** Those of the last pair asked for. */
  #resource: Frame | undefined;
  #scope: Frame | undefined;

  /** Of all frames held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Pairs held, with their numbers. */
  *pairs(): IterableIterator<[number, FramePair]> {
    for (const [index, pair] of this.#pairs.entries()) if (pair) yield [index, pair];
  }

  /** One more than the largest number of a pair. */
  get numbers(): number {
    return this.#pairs.length;
  }

  pair(index: number): FramePair {
    return this.#pairs[index]!;
  }

  /** `service.name` of a pair's resource. */
  serviceOf(index: number): string {
    const { resource, serviceOffset, serviceLength } = this.#pairs[index]!;
    if (serviceOffset === ABSENT) return UNKNOWN_SERVICE;
    const { buffer, byteOffset } = resource.bytes;
    return Buffer.from(buffer, byteOffset + serviceOffset, serviceLength).toString('utf8');
  }

  /** The pair of a batch's scope, with one hold more: give it back with `release`. */
  acquire(batch: SpanBatch, scopeIndex: number): number {
    const scopeAt = scopeIndex * SCOPE.stride;
    const resourceAt = batch.scopes[scopeAt + SCOPE.resource]! * RESOURCE.stride;
    const resource = this.#frame(
      batch,
      batch.resources,
      resourceAt + RESOURCE.segmentFirst,
      this.#resource,
    );
    const scope = this.#frame(batch, batch.scopes, scopeAt + SCOPE.segmentFirst, this.#scope);
    this.#resource = resource;
    this.#scope = scope;
    let scopes = this.#byFrames.get(resource);
    if (!scopes) {
      scopes = new Map();
      this.#byFrames.set(resource, scopes);
    }
    let index = scopes.get(scope);
    if (index === undefined) {
      index = this.#free.pop() ?? this.#pairs.length;
      const serviceOffset = offsetInFrame(batch, resourceAt);
      const serviceLength = batch.resources[resourceAt + RESOURCE.serviceLength]!;
      this.#pairs[index] = { resource, scope, serviceOffset, serviceLength, holds: 0 };
      scopes.set(scope, index);
      resource.pairs++;
      scope.pairs++;
    }
    this.#pairs[index]!.holds++;
    return index;
  }

  hold(index: number, count: number): void {
    this.#pairs[index]!.holds += count;
  }

  release(index: number): void {
    const pair = this.#pairs[index]!;
    if (--pair.holds > 0) return;
    this.#pairs[index] = undefined;
    this.#free.push(index);
    const scopes = this.#byFrames.get(pair.resource)!;
    scopes.delete(pair.scope);
    if (scopes.size === 0) this.#byFrames.delete(pair.resource);
    this.#releaseFrame(pair.resource);
    this.#releaseFrame(pair.scope);
  }

  /** `last`: a guess, as most requests come from few places. */
  #frame(batch: SpanBatch, table: Uint32Array, at: number, last: Frame | undefined): Frame {
    if (last && last.pairs > 0 && isFrame(last, batch, table[at]!, table[at + 1]!)) return last;
    const bytes = frameBytes(batch, table[at]!, table[at + 1]!);
    const checksum = crc32(bytes);
    const alike = this.#frames.get(checksum);
    const found = alike?.find((frame) => Buffer.compare(frame.bytes, bytes) === 0);
    if (found) return found;
    const frame: Frame = { bytes: Uint8Array.prototype.slice.call(bytes), checksum, pairs: 0 };
    if (alike) alike.push(frame);
    else this.#frames.set(checksum, [frame]);
    this.#bytes += bytes.length;
    return frame;
  }

  #releaseFrame(frame: Frame): void {
    if (--frame.pairs > 0) return;
    this.#bytes -= frame.bytes.length;
    const alike = this.#frames.get(frame.checksum)!;
    if (alike.length === 1) this.#frames.delete(frame.checksum);
    else alike.splice(alike.indexOf(frame), 1);
  }
}

/** Compares piece by piece, without joining them first. */
function isFrame(frame: Frame, batch: SpanBatch, segmentFirst: number, count: number): boolean {
  const { bytes, segments } = batch;
  let at = 0;
  for (let i = segmentFirst; i < segmentFirst + count; i++) {
    const offset = segments[i * 2]!;
    const length = segments[i * 2 + 1]!;
    const piece = bytes.subarray(offset, offset + length);
    if (Buffer.compare(frame.bytes.subarray(at, at + length), piece) !== 0) return false;
    at += length;
  }
  return at === frame.bytes.length;
}

/** Where the service's name stands once the pieces of the resource frame are joined. */
function offsetInFrame(batch: SpanBatch, resourceAt: number): number {
  const { resources } = batch;
  const wanted = resources[resourceAt + RESOURCE.serviceOffset]!;
  if (wanted === ABSENT) return ABSENT;
  return placeInFrame(
    batch,
    resources[resourceAt + RESOURCE.segmentFirst]!,
    resources[resourceAt + RESOURCE.segmentCount]!,
    wanted,
  );
}
