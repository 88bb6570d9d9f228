/**
 * The process of the demo. Settings are its first argument, as JSON; a line `big` on stdin asks for the big trace; it ends when its time
 * is over, at SIGTERM, and when stdin closes, which it does with whoever started this. A line of JSON on stdout tells each second what
 * has been sent.
 */
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { DemoProgress, DemoSettings } from './demo-settings.ts';
import { DemoTracers } from './demo-tracers.ts';
import { DemoTraffic } from './demo-traffic.ts';
import { TracePlayer } from './play-trace.ts';

const TELL_EVERY_MS = 1_000;

const settings = JSON.parse(process.argv[2] ?? '{}') as DemoSettings;
const stop = new AbortController();
const tracers = new DemoTracers(settings.endpoint, randomBytes(4).toString('hex'));
const player = new TracePlayer(tracers);
const traffic = new DemoTraffic(tracers, player, settings);

/** One after the other. */
let big: Promise<void> = Promise.resolve();
const playBig = (): void => {
  big = big.then(() => traffic.playBig(stop.signal));
};
const tell = (): void => {
  const progress: DemoProgress = { traces: player.traces, ...tracers.sent };
  process.stdout.write(`${JSON.stringify(progress)}\n`);
};

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());
// Nobody is told any more.
process.stdout.on('error', () => stop.abort());
createInterface({ input: process.stdin })
  .on('line', (line) => line === 'big' && playBig())
  .on('close', () => stop.abort());
const telling = setInterval(tell, TELL_EVERY_MS);
if (settings.isBig) playBig();
await traffic.run(stop.signal);
await big;
await tracers.shutdown();
clearInterval(telling);
tell();
process.exit(0);
