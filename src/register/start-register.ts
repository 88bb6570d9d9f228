/**
 * Puts the instrumentation together for one thread of a program: where spans go, what runs, what is rewritten,
 * and what is done at the end. Nothing of the program has run yet.
 */
import { dirname } from 'node:path';
import { isMainThread, threadId } from 'node:worker_threads';
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { ProcessorOptions } from '../sdk/processor-options.ts';
import { type ProcessorSettings, processorSettings } from '../sdk/processor-settings.ts';
import { SyntonSpanProcessor } from '../sdk/span-processor.ts';
import { packageVersion } from '../telemetry/package-version.ts';
import { recordingRegistry } from '../testing/recording-registry.ts';
import { startCoverage } from './call-coverage.ts';
import { callSummary } from './call-summary.ts';
import { CallContextManager } from './calls/call-context-manager.ts';
import type { CallSpan, SpanOrigin } from './calls/call-span.ts';
import { CallTracker } from './calls/call-tracker.ts';
import { installCalls } from './calls/install-calls.ts';
import { isInstalled, isOwnModule, moduleFilter, programRoot } from './hooks/module-filter.ts';
import { rewriteModules } from './hooks/rewrite-modules.ts';
import { startInstrumentations } from './instrumentations/start-instrumentations.ts';
import { ProgramActivity } from './program-activity.ts';
import { ProgramEnd } from './program-end.ts';
import { ProviderFollower } from './provider-follower.ts';
import { makeRoomForListeners } from './room-for-listeners.ts';
import { type RegisterSettings, registerSettings } from './settings.ts';
import { goByVersionOf } from './shared-api.ts';
import { parseTraceParent } from './trace-parent.ts';

/** Of the flush at the end, while spans still arrive: a program that was busy until then may have left tens of thousands. */
const FLUSH_MS = 15_000;
/** Of a flush in which nothing arrives: whoever waits for a program to end does not wait long for a destination that is not there. */
const STALL = { refusedMs: 1_000, elseMs: 5_000 };

/** Does nothing where spans would go nowhere. @param entry path of the program's first module, where it has one */
export function startRegister(entry: string | undefined): void {
  const settings = registerSettings(process.env);
  for (const warning of settings.warnings) say(warning);
  if (recordingRegistry().watcher !== undefined) {
    say('functions are watched for tests alone: import synton/register before synton/testing');
    return;
  }
  const options = processorOptions(settings);
  const env = { OTEL_BSP_EXPORT_TIMEOUT: String(FLUSH_MS), ...process.env };
  const found = settingsOf(options, env);
  if (found === undefined || !found.enabled) return;
  const { runtime, isMemoryOnly, openSpans } = found;
  const { forward } = runtime;
  if (isMemoryOnly && forward === undefined) {
    if (isMainThread) {
      say(
        'nothing says where spans go, so nothing is watched: set SYNTON_ENDPOINT, such as http://127.0.0.1:4317',
      );
    }
    return;
  }
  const surroundings = {
    env,
    isMemoryMeant: true,
    isFinished: true,
    isDropTold: true,
    stall: STALL,
  };
  const newProcessor = () => new SyntonSpanProcessor(options, surroundings);
  const isTold = openSpans !== false && settings.tier > 0;
  watch({ ...settings, isTold }, entry, newProcessor, forward && new ProgramEnd(forward.endpoint));
}

function watch(
  settings: RegisterSettings & { readonly isTold: boolean },
  entry: string | undefined,
  newProcessor: () => SyntonSpanProcessor,
  end: ProgramEnd | undefined,
): void {
  const parent = parseTraceParent(process.env['TRACEPARENT']);
  const root = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
  const origin: SpanOrigin = {
    resource: { attributes: { 'service.name': `unknown_service:${process.release.name}` } },
    scope: { name: 'synton/register', version: packageVersion() },
  };
  const give = (span: CallSpan): void => {
    processor.onEnd(span);
    end?.add(span);
  };
  const activity = settings.isTold ? new ProgramActivity(origin) : undefined;
  const sink = { started: (span: CallSpan) => processor.onStart(span), ended: give };
  const tracker = new CallTracker({ ...settings, root, ring: activity?.ring }, sink, origin);
  let follower: ProviderFollower | undefined;
  context.setGlobalContextManager(new CallContextManager(tracker, () => follower?.follow()));
  recordingRegistry().watcher = tracker;
  // After there is a context that says that its own requests are not traced.
  const processor = newProcessor();
  if (processor.reports !== undefined) activity?.watch(processor.reports, tracker, parent);
  follower = new ProviderFollower(processor, end, origin, activity);
  follower.start();
  // What is run by a tool that is installed is no part of that.
  const isTool = entry === undefined || isInstalled(entry);
  const folder = programRoot(isTool ? process.cwd() : dirname(entry));
  const filter = moduleFilter({ root: folder, ...settings });
  const isWatched = (path: string): boolean => !isOwnModule(path) && filter(path);
  const counted = settings.tier === 0 ? startCoverage(isWatched) : () => tracker.counted();
  if (settings.tier === 2) {
    const calls = installCalls(tracker, () => activity?.functionsAdded());
    rewriteModules(settings, { isWatched, calls, keepsErrors: false, say });
  }
  const libraries =
    settings.tier === 0
      ? undefined
      : startInstrumentations(settings.instrumentations, folder, root, say);
  goByVersionOf(isTool ? process.cwd() : dirname(entry));
  endWith({ processor, end, tracker, activity }, () => {
    tracker.flush();
    const summary = callSummary(counted(), origin, parent, tracker.seeds, libraries?.unseen());
    if (summary === undefined) return;
    const dropped = processor.dropped.buffer_full;
    if (dropped > 0) summary.attributes['synton.spans.dropped'] = dropped;
    give(summary);
  });
}

interface Watching {
  readonly processor: SyntonSpanProcessor;
  /** Where spans are sent somewhere. */
  readonly end: ProgramEnd | undefined;
  readonly tracker: CallTracker;
  /** Where what is open is told. */
  readonly activity: ProgramActivity | undefined;
}

/** A program ends as it would without us: its exit code, its output, its listeners. */
function endWith({ processor, end, tracker, activity }: Watching, finish: () => void): void {
  makeRoomForListeners();
  let [isFinished, isSaid] = [false, false];
  const sayOnce = (message: string): void => {
    if (!isSaid) say(message);
    isSaid = true;
  };
  const once = (): void => {
    if (isFinished) return;
    isFinished = true;
    try {
      finish();
    } catch (error) {
      say(`what was called could not be told: ${String(error)}`);
    }
  };
  process.on('uncaughtExceptionMonitor', (error) => tracker.flush(error));
  // Before the processor's own listener, which waits for what has ended by then.
  process.prependListener('beforeExit', () => {
    once();
    end?.hold();
    void processor.tryFlush().then((isWhole) => {
      if (isWhole) end?.settle();
      if (!isMainThread || end === undefined) return;
      const refused = processor.dropped.forward_refused;
      if (!isWhole)
        sayOnce(`not every span reached ${end.endpoint} in time; is a collector running there?`);
      else if (refused > 0)
        sayOnce(`${end.endpoint} refused ${refused} spans; is it the endpoint of a collector?`);
    });
  });
  process.on('exit', () => {
    once();
    tracker.isOn = false;
    processor.finish(activity?.isAnythingOpen ? activity.frames : undefined, end?.take());
  });
}

/** Undefined where the endpoint is none, which is told. */
function settingsOf(
  options: ProcessorOptions,
  env: NodeJS.ProcessEnv,
): ProcessorSettings | undefined {
  try {
    return processorSettings(options, env);
  } catch (error) {
    if (isMainThread) {
      say(`SYNTON_ENDPOINT is of no use, so nothing is watched: ${(error as Error).message}`);
    }
    return undefined;
  }
}

function processorOptions({ endpoint: given }: RegisterSettings): ProcessorOptions {
  if (given === undefined) return {};
  const endpoint = /^[a-z]+:\/\//i.test(given) ? given : `http://${given}`;
  // Port 4318 is that of OTLP over HTTP, and only that has a path.
  const format = /:4318\/?$|\/\/[^/]+\/./.test(endpoint) ? 'otlp-http' : 'otlp';
  return { export: { endpoint, format } };
}

/** To stderr, which is all that a program's own output is not. */
function say(message: string): void {
  const where = threadId === 0 ? '' : ` (thread ${threadId})`;
  process.stderr.write(`synton${where}: ${message}\n`);
}
