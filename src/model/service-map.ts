/** Who calls whom: services and what they call, with how much, how fast and how well. */

/** What is told only by those who call it. */
export type PeerType = 'database' | 'messaging' | 'external';
export type CallProtocol = 'http' | 'rpc' | 'database' | 'messaging' | 'other';

export interface ServiceMapNode {
  /** Of a service its name; of another the name by which it is called, or of its kind of system. */
  readonly service: string;
  readonly type: 'service' | PeerType;
  /** Of a service its spans in the range, all counted; of another the calls that were looked at. */
  readonly spans: number;
  readonly errors: number;
  readonly ratePerSecond: number;
  readonly p50Nano: bigint;
  readonly p95Nano: bigint;
  readonly p99Nano: bigint;
}

export interface ServiceCalls {
  readonly from: string;
  readonly to: string;
  readonly calls: number;
  /** Calls that failed for the caller or for the called. */
  readonly errors: number;
  /** As the called side measured them, or the caller where there is no other. */
  readonly p50Nano: bigint;
  readonly p95Nano: bigint;
  readonly p99Nano: bigint;
  readonly protocol: CallProtocol;
  /** Of what is called, where it is no service that sent spans. */
  readonly peer: PeerType | undefined;
}

export interface ServiceMapEdge extends Omit<ServiceCalls, 'peer' | 'p99Nano'> {
  readonly ratePerSecond: number;
}

/** What calls are told from: the newest traces of the range. */
export interface TracesExamined {
  readonly traces: number;
  readonly spans: number;
  /** Start of the earliest of them; undefined where there was none. */
  readonly until: bigint | undefined;
  /** They are all of the range. */
  readonly complete: boolean;
}

export interface ServiceMap {
  readonly from: bigint;
  readonly to: bigint;
  /** The busiest first. */
  readonly nodes: readonly ServiceMapNode[];
  readonly edges: readonly ServiceMapEdge[];
  readonly examined: TracesExamined;
}
