import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  compressBound,
  ZstdCompressor,
} from '../../../../src/store/compression/zstd-compressor.ts';
import { ZstdDecompressor } from '../../../../src/store/compression/zstd-decompressor.ts';
import { SeededRandom } from '../../../support/seeded-random.ts';

/** Half of it repeats. */
function bytesOf(length: number): Buffer {
  const random = new SeededRandom(length);
  return Buffer.from(Array.from({ length }, (_, i) => (i % 64 < 32 ? i % 32 : random.below(256))));
}

describe('frames', () => {
  const zstd = new ZstdCompressor();
  const back = new ZstdDecompressor();

  it.each([0, 1, 100, 70_000, 1_500_000])(
    'of %i bytes are what node:zlib makes and reads',
    (length) => {
      const raw = bytesOf(length);
      const output = Buffer.alloc(compressBound(length) + 7);
      const frame = output.subarray(7, 7 + zstd.compress(raw, output, 7));
      expect(zstdDecompressSync(frame).equals(raw)).toBe(true);
      expect(Buffer.compare(back.decompress(frame, length), raw)).toBe(0);
      expect(Buffer.compare(back.decompress(zstdCompressSync(raw), length), raw)).toBe(0);
    },
  );

  it('are refused where there is no room for the worst of them', () => {
    expect(() => zstd.compress(bytesOf(1_000), Buffer.alloc(1_000), 0)).toThrow(RangeError);
  });

  it('are refused where they are cut, doubled, damaged or of another length, and the next one is read', () => {
    const raw = bytesOf(5_000);
    const frame = zstdCompressSync(raw);
    const wrong: [Uint8Array, number][] = [
      [frame.subarray(0, -1), 5_000],
      [Buffer.concat([frame, frame]), 5_000],
      [Buffer.from(frame).fill(255, 4, 12), 5_000],
      [frame, 4_999],
      [frame, 5_001],
      [Buffer.from('no frame at all'), 5_000],
    ];
    for (const [bytes, length] of wrong) {
      expect(() => back.decompress(bytes, length)).toThrow();
      expect(Buffer.compare(back.decompress(frame, 5_000), raw)).toBe(0);
    }
  });
});
