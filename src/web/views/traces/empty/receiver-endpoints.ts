/** Where spans can be sent to, as the health report tells it. */
export type ReceiverEndpoints = readonly { readonly name: string; readonly endpoint?: string }[];

export interface OtlpEndpoints {
  /** `http://127.0.0.1:4318` */
  readonly http: string;
  /** `127.0.0.1:4317` */
  readonly grpc: string;
}

/** The usual ports where nothing is told; an address that means every one is the host that the page came from. */
export function endpointsOf(receivers: ReceiverEndpoints, pageHost: string): OtlpEndpoints {
  const bound = (name: string, port: number): string => {
    const endpoint = receivers.find((receiver) => receiver.name === name)?.endpoint;
    if (endpoint === undefined) return `127.0.0.1:${port}`;
    return endpoint.replace(/^(?:0\.0\.0\.0|\[::\])(?=:\d+$)/, pageHost);
  };
  return { http: `http://${bound('otlp/http', 4318)}`, grpc: bound('otlp/grpc', 4317) };
}
