/** Postings never miss, name few blocks too many, and notice damage. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DamagedBlock } from '../../../../src/store/columns/damaged-block.ts';
import { encodePostings, Postings } from '../../../../src/store/segment/postings.ts';
import { runs } from '../../../support/property-runs.ts';
import { SeededRandom } from '../../../support/seeded-random.ts';

function opened(ofBlock: readonly Uint32Array[], spareBits = 5) {
  const { table, buckets } = encodePostings(ofBlock, spareBits);
  const read = (offset: number, length: number) => buckets.subarray(offset, offset + length);
  return { postings: new Postings(table, ofBlock.length, read), table, buckets };
}

/** As the writer gives them: sorted, each once. */
function hashesOf(values: Iterable<number>): Uint32Array {
  return Uint32Array.from([...new Set(values)]).sort();
}

const hash = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }),
  // Neighbours, so that buckets overflow and gaps are small; and both ends.
  fc.integer({ min: 0x7fffff00, max: 0x7fffffff }),
  fc.constantFrom(0, 1, 0xfffffffe, 0xffffffff),
);
const blocks = fc.array(fc.array(hash, { maxLength: 40 }).map(hashesOf), { maxLength: 12 });

describe('postings', () => {
  it('never miss', () => {
    fc.assert(
      fc.property(blocks, fc.integer({ min: 0, max: 6 }), (ofBlock, spareBits) => {
        const { postings } = opened(ofBlock, spareBits);
        postings.verify();
        for (const [block, hashes] of ofBlock.entries())
          for (const own of hashes) {
            const found = postings.blocksOf(own);
            if (found === 'all') continue;
            expect(found).toContain(block);
            expect(found).toEqual([...new Set(found)].sort((a, b) => a - b));
          }
      }),
      { numRuns: runs(300) },
    );
  });

  it('name a block too many once in 2^5 times or less', () => {
    const random = new SeededRandom(1);
    const ofBlock = Array.from({ length: 50 }, () =>
      hashesOf(Array.from({ length: 400 }, () => random.word())),
    );
    const { postings, buckets } = opened(ofBlock);
    let tooMany = 0;
    for (let i = 0; i < 10_000; i++) {
      const found = postings.blocksOf(random.word());
      tooMany += found === 'all' ? ofBlock.length : found.length;
    }
    expect(tooMany).toBeLessThan(10_000 / 32);
    // A pair takes its block and some bits more than the spare ones.
    expect(buckets.length).toBeLessThan(20_000 * 2.2);
  });

  it('after many look-ups in vain miss nothing still', () => {
    fc.assert(
      fc.property(blocks, fc.integer({ min: 0, max: 6 }), fc.integer(), (ofBlock, spare, seed) => {
        const { postings } = opened(ofBlock, spare);
        const random = new SeededRandom(seed);
        for (let i = 0; i < 3_000; i++) postings.blocksOf(random.word());
        for (const [block, hashes] of ofBlock.entries())
          for (const own of hashes) {
            const found = postings.blocksOf(own);
            if (found !== 'all') expect(found).toContain(block);
          }
      }),
      { numRuns: runs(60) },
    );
  });

  it('after many look-ups in vain know of most hashes that they are not there', () => {
    const random = new SeededRandom(2);
    const ofBlock = Array.from({ length: 50 }, () =>
      hashesOf(Array.from({ length: 400 }, () => random.word())),
    );
    const { table, buckets } = encodePostings(ofBlock, 5);
    let reads = 0;
    const postings = new Postings(table, ofBlock.length, (offset, length) => {
      reads++;
      return buckets.subarray(offset, offset + length);
    });
    for (let i = 0; i < 2_000; i++) postings.blocksOf(random.word());
    reads = 0;
    for (let i = 0; i < 1_000; i++) postings.blocksOf(random.word());
    expect(reads).toBeLessThan(200);
  });

  it('list a hash of more than a quarter of the blocks without pairs', () => {
    const ofBlock = Array.from({ length: 40 }, (_, block) => hashesOf([7, 1_000_000 + block]));
    const { postings } = opened(ofBlock);
    expect(postings.blocksOf(7)).toBe('all');
    expect(postings.blocksOf(1_000_003)).toContain(3);
    expect(opened(ofBlock.map(() => hashesOf([7]))).buckets).toHaveLength(0);
  });

  it('hold any number of pairs in one bucket', () => {
    // Somebody chose them: their highest bits are equal.
    const ofBlock = Array.from({ length: 9 }, (_, block) =>
      Uint32Array.from({ length: 10_000 }, (_, i) => 0x40000000 + i * 9 + block),
    );
    const { postings } = opened(ofBlock, 0);
    expect(postings.blocksOf(0x40000000 + 5_000 * 9 + 4)).toContain(4);
  });

  it('are empty where nothing was given, and of one block know that block', () => {
    expect(opened([]).postings.blocksOf(1)).toEqual([]);
    expect(opened([new Uint32Array(0)]).postings.blocksOf(1)).toEqual([]);
    expect(opened([hashesOf([5])]).postings.blocksOf(5)).toEqual([0]);
  });

  it('throw on damage to a bucket that is looked into, and to the table', () => {
    const { postings, buckets, table } = opened([hashesOf([1, 2, 3]), hashesOf([4])]);
    for (let at = 0; at < buckets.length; at++) {
      buckets[at]! ^= 4;
      expect(() => postings.verify()).toThrow(DamagedBlock);
      buckets[at]! ^= 4;
    }
    const none = () => new Uint8Array(0);
    for (const wrong of [
      table.subarray(0, 11),
      table.subarray(0, -4),
      Buffer.concat([table, table]),
    ])
      expect(() => new Postings(wrong, 2, none)).toThrow(DamagedBlock);
    const cut = new Postings(table, 2, none);
    expect(() => cut.verify()).toThrow(DamagedBlock);
  });
});
