/** Nothing is stored yet: how the first span comes here. It makes way for the list by itself when there is one. */
import { useEffect } from 'preact/hooks';
import { API, askJson } from '../../../data/api.ts';
import { useResource } from '../../../data/use-resource.ts';
import { CopyButton } from '../../../parts/copy-button.tsx';
import { tracesText } from '../../../text/traces-en.ts';
import { DemoButton } from './demo-button.tsx';
import { endpointsOf, type ReceiverEndpoints } from './receiver-endpoints.ts';
import './first-span.css';

export interface FirstSpanProps {
  /** Looks whether something is there: also where nothing tells of it. */
  onLook(): void;
}

const LOOK_MS = 3_000;

export function FirstSpan({ onLook }: FirstSpanProps) {
  const words = tracesText.first;
  useEffect(() => {
    const timer = window.setInterval(onLook, LOOK_MS);
    return () => window.clearInterval(timer);
  });
  const health = useResource('health', (signal) =>
    askJson<{ receivers: ReceiverEndpoints }>(`${API}/health`, signal),
  );
  const { http, grpc } = endpointsOf(health.data?.receivers ?? [], window.location.hostname);
  return (
    <section class="first-span">
      <div class="first-span-inner">
        <h2 class="first-span-title">{words.title}</h2>
        <p class="soft">{words.detail}</p>
        <DemoButton />
        <ol class="first-span-ways">
          <Way title={words.node} detail={words.nodeDetail} code="npx synton run -- node app.js" />
          <Way
            title={words.any}
            detail={words.anyDetail}
            code={`export OTEL_EXPORTER_OTLP_ENDPOINT=${http}\nexport OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf`}
          />
          <Way title={words.forward} detail={words.forwardDetail} code={collectorConfig(grpc)} />
        </ol>
        <p class="first-span-waiting soft" role="status">
          <span class="first-span-dot" aria-hidden="true" />
          {words.waiting}
          <span class="faint">{words.listens(`${grpc} (gRPC), ${http} (HTTP)`)}</span>
        </p>
      </div>
    </section>
  );
}

interface WayProps {
  readonly title: string;
  readonly detail: string;
  readonly code: string;
}

function Way({ title, detail, code }: WayProps) {
  return (
    <li class="first-span-way">
      <div class="first-span-way-head">
        <h3 class="first-span-way-title">{title}</h3>
        <CopyButton content={code} />
      </div>
      <p class="soft">{detail}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what does not fit is scrolled to, by keys too */}
      <pre class="first-span-code" tabIndex={0}>
        {code}
      </pre>
    </li>
  );
}

/** For the OpenTelemetry Collector, which Jaeger is built on. */
const collectorConfig = (grpc: string): string => `exporters:
  otlp/synton:
    endpoint: ${grpc}
    tls: { insecure: true }
service:
  pipelines:
    traces:
      exporters: [otlp/synton]  # beside yours`;
