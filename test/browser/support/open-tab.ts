/** An order of the demo that failed, in one of the tabs of a trace. */
import type { Page } from 'playwright-core';
import { inject } from 'vitest';
import { demoTrace } from './demo-traces.ts';
import type { Open } from './page-test.ts';

/** @param more `&find=…` */
export async function openTab(open: Open, view: string, more = ''): Promise<Page> {
  const { traceId } = await demoTrace(inject('service').url, 'POST /orders', { failed: true });
  return await open(`/trace/${traceId}?view=${view}${more}`);
}

export const paramOf = (page: Page, name: string): string | null =>
  new URL(page.url()).searchParams.get(name);
