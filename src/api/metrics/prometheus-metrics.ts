/**
 * Synton's counters and gauges in Prometheus' text format. Nothing is counted here: observable instruments
 * read the shared counter table when somebody asks. Heavy to load, so behind import().
 *
 * Bounds: one collection at a time, however many ask; a gauge that does not answer in COLLECT_MS is left out.
 */
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import type { Clock } from '../../model/clock.ts';
import {
  COUNTER_TABLE,
  type Counters,
  DROP_REASONS,
  type DropReason,
  type PlainCounter,
} from '../../telemetry/counters.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Gauge } from './gauge.ts';

export interface MetricsFacts {
  readonly version: string;
  readonly startedUnixNano: bigint;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly log: Logger;
  readonly gauges: readonly Gauge[];
}

const COLLECT_MS = 5_000;

export class PrometheusMetrics {
  readonly #reader = new PrometheusExporter({ preventServerStart: true });
  /** No timestamps, no target_info, no scope labels: one process says these things of itself. */
  readonly #serializer = new PrometheusSerializer('', false, undefined, true, true);
  readonly #log: Logger;
  #collecting: Promise<string> | undefined;

  constructor(facts: MetricsFacts) {
    this.#log = facts.log;
    const meter = new MeterProvider({ readers: [this.#reader] }).getMeter('synton');
    const { counters } = facts;
    for (const [name, description] of Object.entries(COUNTER_TABLE)) {
      meter
        .createObservableCounter(`synton_${name}`, { description })
        .addCallback((result) => result.observe(counters.value(name as PlainCounter)));
    }
    meter
      .createObservableCounter('synton_dropped', { description: 'Not kept or not sent, by reason' })
      .addCallback((result) => {
        for (const reason of Object.keys(DROP_REASONS) as DropReason[]) {
          result.observe(counters.dropped(reason), { reason });
        }
      });
    meter
      .createObservableCounter('process_cpu_seconds', { description: 'CPU time of the process' })
      .addCallback((result) => {
        const { user, system } = process.cpuUsage();
        result.observe((user + system) / 1e6);
      });
    for (const gauge of [...ownGauges(facts), ...facts.gauges]) {
      meter
        .createObservableGauge(gauge.name, { description: gauge.help })
        .addCallback(async (result) => {
          const reading = await gauge.read();
          if (reading === undefined) return;
          if (typeof reading === 'number') return result.observe(reading);
          for (const { value, labels } of reading) result.observe(value, labels);
        });
    }
  }

  text(): Promise<string> {
    this.#collecting ??= this.#collect().finally(() => {
      this.#collecting = undefined;
    });
    return this.#collecting;
  }

  async #collect(): Promise<string> {
    const { resourceMetrics, errors } = await this.#reader.collect({ timeoutMillis: COLLECT_MS });
    for (const error of errors) this.#log.warn({ error }, 'a gauge could not be read');
    return this.#serializer.serialize(resourceMetrics);
  }
}

function ownGauges({ version, startedUnixNano, clock }: MetricsFacts): readonly Gauge[] {
  return [
    {
      name: 'synton_build_info',
      help: 'Which Synton this is',
      read: () => [{ value: 1, labels: { version } }],
    },
    {
      name: 'synton_uptime_seconds',
      help: 'Since the start of the service',
      read: () => Number(clock.unixNano() - startedUnixNano) / 1e9,
    },
    {
      name: 'process_resident_memory_bytes',
      help: 'Memory of the process, threads included',
      read: () => process.memoryUsage.rss(),
    },
  ];
}
