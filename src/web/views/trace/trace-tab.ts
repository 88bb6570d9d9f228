/**
 * What a tab of the trace page is: a folder of `tabs` whose `index.ts` exports `tab`. It is found there, gets its place among the others, and
 * its code is loaded when it is shown. All tabs look at one TraceModel: what is selected, searched, zoomed or focused in one is so in each.
 */
import type { ComponentType } from 'preact';
import type { TraceModel } from './trace-model.ts';

export interface TraceTabProps {
  /** Of one trace for as long as the page shows it; its signals tell what changes. */
  readonly model: TraceModel;
}

/**
 * A tab fills what is left of the page and scrolls in itself. It is shown once the model has an outline. Find, next error, selection, focus and
 * details have their keys from the page; what a tab takes besides it says with useKeys.
 */
export interface TraceTab {
  /** In the URL, as `view`. */
  readonly name: string;
  readonly title: string;
  /** From left to right; the first one is shown where the URL names none. */
  readonly order: number;
  load(): Promise<ComponentType<TraceTabProps>>;
}

const modules: Record<string, { readonly tab: TraceTab }> = import.meta.glob('./tabs/*/index.ts', {
  eager: true,
});

export const traceTabs: readonly TraceTab[] = Object.values(modules)
  .map(({ tab }) => tab)
  .sort((a, b) => a.order - b.order);

/** As the URL has it: the first goes without saying. */
export const tabParam = (name: string): { view: string | undefined } => ({
  view: name === traceTabs[0]?.name ? undefined : name,
});
