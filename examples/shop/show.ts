/**
 * Asks Synton's REST API for the life of a trace and prints it, a line an event:
 *
 *   node examples/shop/show.ts TRACE_ID [http://localhost:4319]
 */
const [traceId, api = 'http://localhost:4319'] = process.argv.slice(2);

/** What is used here of a LifecycleView. Nanoseconds are decimal strings. */
interface LifecycleView {
  readonly events: readonly LifecycleEvent[];
}

interface LifecycleEvent {
  readonly offsetNano: string;
  readonly type: 'Enter' | 'Exit' | 'Checkpoint' | 'Error' | 'Custom';
  readonly name: string;
  readonly depth: number;
  readonly attributes: readonly Attribute[];
}

interface Attribute {
  readonly key: string;
  readonly value: { readonly type: string; readonly value: unknown };
}

const response = await fetch(`${api}/api/v1/instr/lifecycle/${traceId}`);
if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
const { events } = (await response.json()) as LifecycleView;
for (const event of events) {
  const offset = `${(Number(event.offsetNano) / 1e6).toFixed(1)} ms`;
  const indentation = '  '.repeat(event.depth);
  console.log(`${offset.padStart(9)}  ${indentation}${event.type.padEnd(10)} ${wordsOf(event)}`);
}

function wordsOf({ type, name, attributes }: LifecycleEvent): string {
  if (type !== 'Error') return name;
  return ['exception.type', 'exception.message']
    .flatMap((key) => attributes.find((attribute) => attribute.key === key)?.value.value ?? [])
    .join(': ');
}
