import type { DemoState } from '../model/demo-state.ts';

/** The demo, as the API can start and stop it. */
export interface DemoControl {
  readonly state: DemoState;
  /** Starts one, or joins the one that runs. Undefined where there is no receiver that it could send to. */
  start(also: { readonly isBig: boolean }): Promise<DemoState | undefined>;
  /** Resolves when it has ended; at once where none runs. */
  stop(): Promise<DemoState>;
}
