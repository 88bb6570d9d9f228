/** One value, or one for each set of labels; undefined where there is none now. */
export type GaugeReading =
  | number
  | undefined
  | readonly { readonly value: number; readonly labels: Readonly<Record<string, string>> }[];

/** Something that goes up and down, read when /metrics is asked for. */
export interface Gauge {
  /** Of Prometheus: `synton_ring_spans`. */
  readonly name: string;
  readonly help: string;
  /** Cheap; what it throws leaves this gauge out and is logged. */
  read(): GaugeReading | Promise<GaugeReading>;
}
