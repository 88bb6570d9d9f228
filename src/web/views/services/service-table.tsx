/** The map in words and figures: who there is, and who calls whom. */
import type { ComponentChildren } from 'preact';
import { formatExactCount, formatShare } from '../../format/count.ts';
import { formatDuration, formatExact } from '../../format/duration.ts';
import { servicesText } from '../../text/services-en.ts';
import { NodeName } from './node-name.tsx';
import {
  edgeKey,
  errorShare,
  rateWords,
  type ServiceEdge,
  type ServiceNode,
  type ServicesMap,
  typeOf,
} from './services-map.ts';
import './service-table.css';

export interface ServiceTableProps {
  readonly map: ServicesMap;
  readonly chosen: string | undefined;
  onChoose(service: string | undefined): void;
}

/** Rows of either table: what comes behind them is told as a number. */
const ROWS_MAX = 300;
const said = servicesText.table;

export function ServiceTable({ map, chosen, onChoose }: ServiceTableProps) {
  const nodes = map.nodes.toSorted((a, b) => b.ratePerSecond - a.ratePerSecond);
  const edges = map.edges.toSorted((a, b) => b.calls - a.calls);
  const choose = (name: string) => (
    <button
      type="button"
      class="service-table-name"
      aria-pressed={name === chosen}
      onClick={() => onChoose(name === chosen ? undefined : name)}
    >
      <NodeName name={name} type={typeOf(map, name)} />
    </button>
  );
  return (
    <div class="service-table">
      <Numbers title={said.services} first={[said.name, said.type]} rate={said.rate} all={nodes}>
        {nodes.slice(0, ROWS_MAX).map((node) => (
          <tr key={node.service} class={node.service === chosen ? 'service-table-chosen' : ''}>
            <th scope="row">{choose(node.service)}</th>
            <td class="soft service-table-wide">{servicesText.types[node.type]}</td>
            <Figures one={node} />
            <td class="number service-table-wide" title={formatExact(node.p99Nano)}>
              {formatDuration(node.p99Nano)}
            </td>
          </tr>
        ))}
      </Numbers>
      <Numbers
        title={said.calls}
        first={[said.from, said.to, said.how]}
        rate={said.callRate}
        all={edges}
      >
        {edges.slice(0, ROWS_MAX).map((edge) => {
          const isChosen = edge.from === chosen || edge.to === chosen;
          return (
            <tr key={edgeKey(edge)} class={isChosen ? 'service-table-chosen' : ''}>
              <th scope="row">{choose(edge.from)}</th>
              <td>{choose(edge.to)}</td>
              <td class="soft service-table-wide">{servicesText.protocols[edge.protocol]}</td>
              <Figures one={edge} />
            </tr>
          );
        })}
      </Numbers>
    </div>
  );
}

interface NumbersProps {
  readonly title: string;
  readonly first: readonly string[];
  readonly rate: string;
  readonly all: readonly (ServiceNode | ServiceEdge)[];
  readonly children: ComponentChildren;
}

function Numbers({ title, first, rate, all, children }: NumbersProps) {
  const isNodes = first.length === 2;
  return (
    <section>
      <h2>{title}</h2>
      <table aria-label={title}>
        <thead>
          <tr>
            {first.map((name, place) => (
              <th
                key={name}
                scope="col"
                class={place === first.length - 1 ? 'service-table-wide' : undefined}
              >
                {name}
              </th>
            ))}
            <th scope="col" class="number">
              {rate}
            </th>
            <th scope="col" class="number">
              {said.errors}
            </th>
            <th scope="col" class="number service-table-wide">
              {said.p50}
            </th>
            <th scope="col" class="number">
              {said.p95}
            </th>
            {isNodes && (
              <th scope="col" class="number service-table-wide">
                {said.p99}
              </th>
            )}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
      {all.length > ROWS_MAX && <p class="faint">{said.more(ROWS_MAX, all.length)}</p>}
    </section>
  );
}

function Figures({ one }: { readonly one: ServiceNode | ServiceEdge }) {
  const share = errorShare(one);
  const count = 'calls' in one ? one.calls : one.spans;
  return (
    <>
      <td class="number" title={formatExactCount(count)}>
        {rateWords(one)}
      </td>
      <td class={`number ${share > 0 ? 'failed' : 'faint'}`} title={formatExactCount(one.errors)}>
        {formatShare(share)}
      </td>
      <td class="number service-table-wide" title={formatExact(one.p50Nano)}>
        {formatDuration(one.p50Nano)}
      </td>
      <td class="number" title={formatExact(one.p95Nano)}>
        {formatDuration(one.p95Nano)}
      </td>
    </>
  );
}
