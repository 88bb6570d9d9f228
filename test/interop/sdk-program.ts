/**
 * A program that is traced in process, for tests that need one of their own: it ends as its argument says.
 * Prints the id of each trace, one a line.
 */
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { SyntonSpanProcessor } from '../../src/sdk/index.ts';

const [path, how, count = '1'] = process.argv.slice(2);
const processor = new SyntonSpanProcessor({ ...(path && { path }) });
const tracer = new BasicTracerProvider({ spanProcessors: [processor] }).getTracer('program');

function work(): void {
  for (let i = 0; i < Number(count); i++) {
    const span = tracer.startSpan(`op ${i}`);
    span.end();
    process.stdout.write(`${span.spanContext().traceId}\n`);
  }
}

// As test runners do that wait until all tests are known.
if (how === 'works when it has run dry') process.once('beforeExit', work);
else work();

switch (how) {
  // Nothing is left to do: the process ends by itself.
  case 'returns':
    break;
  case 'flushes and is killed':
    await processor.forceFlush();
    process.kill(process.pid, 'SIGKILL');
    break;
  case 'shuts down':
    await processor.shutdown();
    break;
}
