/** Once for all files of tests: a browser, and a service that the demo has fed. Files that change what is stored start their own. */
import type { BrowserServer } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { launchBrowser } from './launch-browser.ts';
import {
  feedDemo,
  type ServiceAddresses,
  type SyntonService,
  startService,
} from './synton-service.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly browser: string;
    readonly service: ServiceAddresses;
  }
}

let browser: BrowserServer | undefined;
let service: SyntonService | undefined;

export async function setup({ provide }: TestProject): Promise<void> {
  try {
    browser = await launchBrowser();
    service = await startService();
    await feedDemo(service);
    const { url, http, grpc } = service;
    provide('browser', browser.wsEndpoint());
    provide('service', { url, http, grpc });
  } catch (error) {
    await teardown();
    throw error;
  }
}

export async function teardown(): Promise<void> {
  await Promise.all([browser?.close(), service?.close()]);
}
