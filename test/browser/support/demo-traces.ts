/** Traces that the demo has made, found by what they are. */
interface FoundTrace {
  readonly traceId: string;
  readonly spanCount: number;
  readonly errorCount: number;
}

interface DemoTraceWanted {
  readonly failed?: boolean;
  readonly spansMin?: number;
  readonly errorsMin?: number;
}

/** The newest of an operation at its root; of those that failed, or did not, if it is said. @throws Error where there is none */
export async function demoTrace(
  url: string,
  root: string,
  { failed, spansMin = 1, errorsMin = 0 }: DemoTraceWanted = {},
): Promise<FoundTrace> {
  const query = new URLSearchParams({ operation: root, limit: '200', last: '3h' });
  const response = await fetch(`${url}/api/v1/instr/traces?${query}`);
  const { items } = (await response.json()) as {
    items: readonly (FoundTrace & { readonly root: { readonly name: string } })[];
  };
  const found = items.find(
    (item) =>
      item.root.name === root &&
      item.spanCount >= spansMin &&
      item.errorCount >= errorsMin &&
      (failed === undefined || item.errorCount > 0 === failed),
  );
  if (found === undefined) throw new Error(`the demo made no ${root} such as is wanted`);
  return found;
}
