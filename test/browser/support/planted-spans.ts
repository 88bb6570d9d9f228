/** A trace with something hostile in every field that a sender can fill in. */

/** What would be run, loaded or believed, were text ever taken for anything else. */
export const HOSTILE: readonly string[] = [
  '<script>globalThis.syntonPlanted=1</script>',
  '<img src=x onerror="globalThis.syntonPlanted=1">',
  '"><svg onload=globalThis.syntonPlanted=1>',
  "'-(globalThis.syntonPlanted=1)-'",
  'javascript:globalThis.syntonPlanted=1',
  'data:text/html,<script>globalThis.syntonPlanted=1</script>',
  '</style><script>globalThis.syntonPlanted=1</script>',
  '</textarea><iframe srcdoc="<script>parent.syntonPlanted=1</script>">',
  '<a href="javascript:globalThis.syntonPlanted=1">click</a>',
  '<base href="https://evil.example/"><link rel=stylesheet href="https://evil.example/a.css">',
  '<meta http-equiv=refresh content="0;url=https://evil.example/">',
  'url(https://evil.example/a.png)',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: meant as it stands
  '{{constructor.constructor("globalThis.syntonPlanted=1")()}}${globalThis.syntonPlanted=1}',
  '__proto__',
  'constructor',
  '\u202egnp.exe\u2066',
  '\u0000\u0007\u001b[31m',
  '%3Cscript%3EglobalThis.syntonPlanted=1%3C/script%3E',
  '&lt;img src=x onerror=globalThis.syntonPlanted=1&gt;',
  'x'.repeat(5_000),
];

const TRACE_ID = 'c0ffee00c0ffee00c0ffee00c0ffee00';

/** By the keys that views make links, texts or pictures of. */
const KEYS = [
  ...['url.full', 'http.route', 'db.query.text', 'db.system.name', 'code.file.path'],
  ...['code.function.name', 'server.address', 'service.peer.name', 'gen_ai.tool.name'],
  ...['messaging.destination.name', 'exception.type', 'synton.kind', 'user_agent.original'],
];

/** Sends them over OTLP/JSON. @param http of the receiver. @returns the trace */
export async function plantSpans(http: string): Promise<string> {
  const answer = await fetch(`${http}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: HOSTILE.map(resourceSpans) }),
  });
  const said = await answer.text();
  // Were a part of it refused, that part would prove nothing.
  if (!answer.ok || said.includes('rejected')) throw new Error(`${answer.status}: ${said}`);
  return TRACE_ID;
}

function resourceSpans(hostile: string, at: number): object {
  const attributes = [
    ...KEYS.map((key) => text(key, hostile)),
    text(hostile, hostile),
    { key: 'list', value: { arrayValue: { values: [{ stringValue: hostile }] } } },
    {
      key: 'map',
      value: { kvlistValue: { values: [text(hostile, hostile)] } },
    },
  ];
  const startUnixNano = BigInt(Date.now() - 60_000) * 1_000_000n + BigInt(at) * 1_000_000n;
  const span = {
    traceId: TRACE_ID,
    spanId: (at + 1).toString(16).padStart(16, '0'),
    ...(at > 0 && { parentSpanId: '0000000000000001' }),
    name: hostile,
    kind: (at % 5) + 1,
    startTimeUnixNano: String(startUnixNano),
    endTimeUnixNano: String(startUnixNano + 40_000_000n),
    traceState: 'planted=1',
    attributes,
    events: [
      {
        name: 'exception',
        timeUnixNano: String(startUnixNano + 1_000_000n),
        attributes: [
          text('exception.type', hostile),
          text('exception.message', hostile),
          text('exception.stacktrace', `${hostile}\n    at ${hostile} (${hostile}:1:1)`),
        ],
      },
      {
        name: 'synton.checkpoint',
        timeUnixNano: String(startUnixNano + 2_000_000n),
        attributes: [text('synton.checkpoint.name', hostile), text(hostile, hostile)],
      },
      { name: hostile, timeUnixNano: String(startUnixNano + 3_000_000n), attributes },
    ],
    links: [{ traceId: TRACE_ID, spanId: '0000000000000002', traceState: '', attributes }],
    status: { code: at % 2 === 0 ? 2 : 0, message: hostile },
  };
  return {
    resource: { attributes: [text('service.name', hostile), text(hostile, hostile)] },
    scopeSpans: [{ scope: { name: hostile, version: hostile, attributes }, spans: [span] }],
    schemaUrl: hostile,
  };
}

function text(key: string, stringValue: string): object {
  return { key, value: { stringValue } };
}
