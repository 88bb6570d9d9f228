/**
 * What can be measured: Synton itself, the reference beside it, and a receiver that the user names. A bench
 * opens each anew for every round; the user's goes on running.
 */
import type { LoopFigures } from '../measure/loop-probe.ts';

/** bare: node:http2 alone, which takes requests and throws them away. */
export type SubjectName = 'synton' | 'reference' | 'bare' | 'against';

export interface OpenSubject {
  readonly pid: number;
  /** `host:port`; undefined where it takes no gRPC. */
  readonly grpc: string | undefined;
  /** The URL that takes OTLP/HTTP; undefined where there is none. */
  readonly http: string | undefined;
  /** Where it keeps data; undefined where it keeps none, or we may not look. */
  readonly folder: string | undefined;
  /** What its event loop did since the question before; undefined where it has none to ask. */
  loop(): Promise<LoopFigures | undefined>;
  close(): Promise<void>;
}

export interface Subject {
  readonly name: SubjectName;
  readonly takes: readonly ('grpc' | 'http')[];
  /** Of the spans of a load, so that one that is slow does not hold up the run: costs are per span anyway. */
  readonly share: number;
  open(): Promise<OpenSubject>;
}

/** Opens it for as long as `use` takes. */
export async function opened<T>(
  subject: Subject,
  use: (open: OpenSubject) => Promise<T>,
): Promise<T> {
  const open = await subject.open();
  try {
    return await use(open);
  } finally {
    await open.close();
  }
}
