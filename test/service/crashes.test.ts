/** Rows 1 and 2: killed without warning, under load and while it recovers. The long loops are `npm run faults`. */
import { afterAll, describe, expect, it } from 'vitest';
import { crashes } from '../faults/crashes.ts';
import { FaultScene } from '../support/fault-scene.ts';

const scene = new FaultScene();
afterAll(() => scene.close());

describe.each(['otlp', 'json'] as const)('with %s blocks', (format) => {
  it('whatever was answered for is there, byte for byte, and at the destination', async () => {
    const kills = format === 'otlp' ? 3 : 1;
    const report = await crashes(scene, { kills, killsInRecovery: 2, format });
    expect(report.stored).toMatchObject({ lost: 0, changed: 0, unknown: 0, duplicate: 0 });
    expect(report.stored.acked).toBeGreaterThan(40);
    expect(report.stored.readable).toBe(report.stored.acked);
    // Sent at least once: what was in flight at a kill is sent again.
    expect(report.forwarded).toMatchObject({ lost: 0, changed: 0, unknown: 0 });
  });
});
