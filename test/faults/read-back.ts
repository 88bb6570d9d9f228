/** What a data directory holds, asked of the service itself: a destination that starts at the oldest span. */
import { eventually } from '../support/eventually.ts';
import { type FaultScene, forwardingTo, type RunningProcess } from '../support/fault-scene.ts';

const CAUGHT_UP_WITHIN_MS = 120_000;

/** Requests that hold every stored span, as it lies there. */
export async function readBack(scene: FaultScene, dataPath: string): Promise<Uint8Array[]> {
  const upstream = await scene.grpcUpstream();
  const running = await scene.start({
    dataPath,
    flags: forwardingTo(upstream, { start: 'oldest' }),
  });
  await caughtUp(running);
  const { code, signal } = await running.kill('SIGTERM');
  if (code !== 0) throw new Error(`it ended with ${code ?? signal}: ${running.process.stderr}`);
  return upstream.accepted.map(({ body }) => body);
}

/** Resolves once everything stored has been forwarded. */
export async function caughtUp(running: RunningProcess): Promise<void> {
  const isCaughtUp = async () => (await running.metric('synton_forward_caught_up')) === 1;
  await eventually(isCaughtUp, 'forwarding catches up', CAUGHT_UP_WITHIN_MS);
}
