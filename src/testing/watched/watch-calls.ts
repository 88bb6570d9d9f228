/**
 * Watches calls for recordings alone: outside of one a call is counted and nothing else, and nothing is sent anywhere. For one thread and one
 * global object, before its code runs: a context manager that OpenTelemetry's API has by then gives way to one that does the same.
 */
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { CallContextManager } from '../../register/calls/call-context-manager.ts';
import { CallTracker } from '../../register/calls/call-tracker.ts';
import { type InstalledCalls, installCalls } from '../../register/calls/install-calls.ts';
import type { CaptureSettings } from '../../register/settings.ts';
import { packageVersion } from '../../telemetry/package-version.ts';
import { recordingRegistry } from '../recording-registry.ts';

const SCOPE = 'synton/testing';

/** Undefined where somebody watches already: `synton/register`, say, whose calls recordings see too. */
export function watchCalls(capture: CaptureSettings): InstalledCalls | undefined {
  const registry = recordingRegistry();
  if (registry.watcher !== undefined) return undefined;
  const tracker = new CallTracker(
    {
      slowMs: Infinity,
      firstCalls: 0,
      hotCallsPerSecond: 1,
      root: ROOT_CONTEXT,
      capture,
      isForTests: true,
    },
    { started: () => {}, ended: () => {} },
    { resource: { attributes: {} }, scope: { name: SCOPE, version: packageVersion() } },
  );
  context.disable();
  context.setGlobalContextManager(new CallContextManager(tracker));
  registry.watcher = tracker;
  return installCalls(tracker);
}
