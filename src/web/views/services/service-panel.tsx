/** One service of the map: its numbers, who calls it, whom it calls, its operations, and the ways to its traces. */
import { hrefWith } from '../../app/location.ts';
import { API, askJson, urlOf } from '../../data/api.ts';
import { type ResolvedRange, rangeBetween, rangeQuery } from '../../data/time-range.ts';
import { useResource } from '../../data/use-resource.ts';
import type { Statistics } from '../../data/wire.ts';
import { formatCount, formatExactCount, formatShare } from '../../format/count.ts';
import { formatDuration, formatExact } from '../../format/duration.ts';
import { Button } from '../../parts/button.tsx';
import { CutMiddle } from '../../parts/cut-middle.tsx';
import { servicesText } from '../../text/services-en.ts';
import { NodeName } from './node-name.tsx';
import {
  errorShare,
  rateWords,
  type ServiceEdge,
  type ServiceNode,
  type ServicesMap,
  typeOf,
} from './services-map.ts';
import './service-panel.css';

export interface ServicePanelProps {
  readonly map: ServicesMap;
  readonly node: ServiceNode;
  /** Whole minutes. */
  readonly range: ResolvedRange;
  /** The range as parameters of the URL. */
  readonly rangeOfUrl: Readonly<Record<string, string | undefined>>;
  onChoose(service: string | undefined): void;
}

const OPERATIONS_MAX = 10;
const said = servicesText.panel;

export function ServicePanel({ map, node, range, rangeOfUrl, onChoose }: ServicePanelProps) {
  const { service, type, spans, p50Nano, p95Nano, p99Nano } = node;
  const share = errorShare(node);
  const page = (path: string, more: Record<string, string> = {}): string =>
    hrefWith({ service, ...rangeOfUrl, ...more }, new URL(path, window.location.href));
  return (
    <aside class="service-panel" aria-label={service}>
      <header>
        <h2>
          <NodeName name={service} type={type} />
        </h2>
        <span class="faint">{servicesText.types[type]}</span>
        <Button look="quiet" label={said.close} onClick={() => onChoose(undefined)}>
          ×
        </Button>
      </header>
      {type === 'service' && (
        <p class="service-panel-links">
          <a href={page('/traces')}>{said.traces}</a>
          <a href={page('/traces', { status: 'Failed' })}>{said.failed}</a>
          <a href={page('/statistics')}>{said.statistics}</a>
        </p>
      )}
      <dl>
        <div>
          <dt>{said.rate}</dt>
          <dd>{rateWords(node)}</dd>
        </div>
        <div>
          <dt>{said.errors}</dt>
          <dd class={share > 0 ? 'failed' : undefined} title={formatExactCount(node.errors)}>
            {formatShare(share)}
          </dd>
        </div>
        <div>
          <dt>{said.spans}</dt>
          <dd title={formatExactCount(spans)}>{formatCount(spans)}</dd>
        </div>
        {Object.entries({ p50: p50Nano, p95: p95Nano, p99: p99Nano }).map(([name, nanos]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd title={formatExact(nanos)}>{formatDuration(nanos)}</dd>
          </div>
        ))}
      </dl>
      <Calls
        title={said.calledBy}
        map={map}
        nobody={said.nobody}
        calls={map.edges
          .filter(({ to }) => to === service)
          .map((edge) => ({ edge, who: edge.from }))}
        onChoose={onChoose}
      />
      <Calls
        title={said.calls}
        map={map}
        nobody={said.nothing}
        calls={map.edges
          .filter(({ from }) => from === service)
          .map((edge) => ({ edge, who: edge.to }))}
        onChoose={onChoose}
      />
      {type === 'service' && (
        <Operations
          service={service}
          range={range}
          hrefOf={(operation) => page('/statistics', { operation })}
        />
      )}
    </aside>
  );
}

interface CallsProps {
  readonly title: string;
  readonly map: ServicesMap;
  readonly nobody: string;
  readonly calls: readonly { readonly edge: ServiceEdge; readonly who: string }[];
  onChoose(service: string): void;
}

function Calls({ title, map, nobody, calls, onChoose }: CallsProps) {
  return (
    <section>
      <h3>{title}</h3>
      {calls.length === 0 && <p class="faint">{nobody}</p>}
      <ul>
        {calls
          .toSorted((a, b) => b.edge.calls - a.edge.calls)
          .map(({ edge, who }) => (
            <li key={who}>
              <button type="button" class="service-panel-row" onClick={() => onChoose(who)}>
                <NodeName name={who} type={typeOf(map, who)} />
                <span class="faint">{servicesText.protocols[edge.protocol]}</span>
                <span class="number">{rateWords(edge)}</span>
                <span class={`number ${edge.errors > 0 ? 'failed' : 'faint'}`}>
                  {formatShare(errorShare(edge))}
                </span>
                <span class="number" title={formatExact(edge.p95Nano)}>
                  {formatDuration(edge.p95Nano)}
                </span>
              </button>
            </li>
          ))}
      </ul>
    </section>
  );
}

interface OperationsProps {
  readonly service: string;
  readonly range: ResolvedRange;
  hrefOf(operation: string): string;
}

function Operations({ service, range, hrefOf }: OperationsProps) {
  const url = urlOf(`${API}/stats/series`, {
    ...{ by: 'operation', service, step: `${(range.to - range.from) / 60_000}m` },
    ...rangeQuery(rangeBetween(range)),
  });
  const { data } = useResource(url, (signal) => askJson<Statistics>(url, signal));
  const series = data?.series ?? [];
  return (
    <section>
      <h3>{said.operations}</h3>
      <ul>
        {series.slice(0, OPERATIONS_MAX).map(({ key, points: [point] }) => (
          <li key={key}>
            <a class="service-panel-row service-panel-operation" href={hrefOf(key)} title={key}>
              <CutMiddle name={key} />
              <span class="number">{formatCount(Math.round(point?.count ?? 0))}</span>
              <span class={`number ${(point?.errors ?? 0) > 0 ? 'failed' : 'faint'}`}>
                {formatShare((point?.errors ?? 0) / Math.max(1, point?.count ?? 0))}
              </span>
              <span class="number">{formatDuration(point?.p95Nano ?? 0)}</span>
            </a>
          </li>
        ))}
      </ul>
      {series.length > OPERATIONS_MAX && (
        <p class="faint">{said.more(series.length - OPERATIONS_MAX)}</p>
      )}
    </section>
  );
}
