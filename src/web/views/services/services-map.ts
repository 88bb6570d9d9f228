/** The API's map of services, and what its numbers say in words. */
import { formatFrequency, formatShare } from '../../format/count.ts';
import { formatDuration } from '../../format/duration.ts';
import { servicesText } from '../../text/services-en.ts';

export type NodeType = 'service' | 'database' | 'messaging' | 'external';
export type Protocol = 'http' | 'rpc' | 'database' | 'messaging' | 'other';

interface Numbers {
  readonly errors: number;
  readonly ratePerSecond: number;
  /** Nanoseconds, as decimal text. */
  readonly p50Nano: string;
  readonly p95Nano: string;
}

export interface ServiceNode extends Numbers {
  readonly service: string;
  readonly type: NodeType;
  readonly spans: number;
  readonly p99Nano: string;
}

export interface ServiceEdge extends Numbers {
  readonly from: string;
  readonly to: string;
  readonly calls: number;
  readonly protocol: Protocol;
}

export interface ServicesMap {
  readonly nodes: readonly ServiceNode[];
  readonly edges: readonly ServiceEdge[];
  /** What the edges were read from. */
  readonly examined: {
    readonly traces: number;
    readonly spans: number;
    /** Nanoseconds since 1970: the oldest looked at. */
    readonly until: string;
    readonly complete: boolean;
  };
}

export const errorShare = (one: ServiceNode | ServiceEdge): number => {
  const of = 'calls' in one ? one.calls : one.spans;
  return of > 0 ? Math.min(1, one.errors / of) : 0;
};

export const rateWords = ({ ratePerSecond }: Numbers): string => formatFrequency(ratePerSecond);

export function nodeWords(node: ServiceNode): string {
  return servicesText.node(
    node.service,
    servicesText.types[node.type],
    rateWords(node),
    formatShare(errorShare(node)),
    formatDuration(node.p95Nano),
  );
}

export function edgeWords(edge: ServiceEdge): string {
  return servicesText.edge(
    edge.from,
    edge.to,
    rateWords(edge),
    formatShare(errorShare(edge)),
    formatDuration(edge.p95Nano),
  );
}

export const edgeKey = ({ from, to }: ServiceEdge): string => `${from.length} ${from}${to}`;

export const typeOf = ({ nodes }: ServicesMap, name: string): NodeType =>
  nodes.find(({ service }) => service === name)?.type ?? 'external';
