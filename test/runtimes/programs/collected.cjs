/** The same from CommonJS. */
const { trace, TraceCollector } = require('synton/tracing');

const { views } = TraceCollector.global();
const double = trace(function double(n) {
  return n * 2;
});
const main = trace(async function main() {
  await null;
  return double(4);
});
main().then(async (result) => {
  const { items } = await views.traces();
  const { content } = await views.export(items[0].traceId, { format: 'text' });
  console.log(JSON.stringify({ result, content }));
});
