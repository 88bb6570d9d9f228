/** The services view: map or table, and a panel for the one that is looked at. */
import { useKeys } from '../../app/keys.ts';
import { hrefWith, param, params, setParams } from '../../app/location.ts';
import { API, askJson, urlOf } from '../../data/api.ts';
import {
  chosenRange,
  rangeBetween,
  rangeParams,
  rangeQuery,
  resolveRange,
  wholeMinutes,
} from '../../data/time-range.ts';
import { useResource } from '../../data/use-resource.ts';
import { formatCount } from '../../format/count.ts';
import { formatClock, millisOf } from '../../format/time.ts';
import { AskAgain } from '../../parts/ask-again.tsx';
import { NothingInRange } from '../../parts/nothing-in-range.tsx';
import { Problem } from '../../parts/problem.tsx';
import { RangePicker } from '../../parts/range-picker.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { usePresent } from '../../parts/use-present.ts';
import { text } from '../../text/en.ts';
import { servicesText } from '../../text/services-en.ts';
import { ServiceMap } from './service-map.tsx';
import { ServicePanel } from './service-panel.tsx';
import { ServiceTable } from './service-table.tsx';
import type { ServicesMap } from './services-map.ts';
import './services-page.css';

const RANGE_DEFAULT = '1h';
/** Narrower ones show the table first. */
const MAP_WIDTH_MIN = 640;
/** Of the panel, which lies over the map: the map stays where it is. */
const PANEL_WIDTH = 376;
const PANEL_BESIDE_MIN = 720;
const said = servicesText;

export function ServicesPage() {
  const chosen = chosenRange(params.value, RANGE_DEFAULT);
  const { now, refresh } = usePresent(chosen.last !== undefined);
  const range = wholeMinutes(resolveRange(chosen, now));
  const key = JSON.stringify([chosen.last === undefined ? range : now, chosen]);
  const { data, error, reload } = useResource(key, (signal) =>
    askJson<ServicesMap>(urlOf(`${API}/services/map`, rangeQuery(rangeBetween(range))), signal),
  );
  const ask = chosen.last === undefined ? reload : refresh;
  const view = param('view') ?? (window.innerWidth < MAP_WIDTH_MIN ? 'table' : 'map');
  const isNarrow = window.innerWidth <= PANEL_BESIDE_MIN;
  const name = param('node');
  const node = data?.nodes.find(({ service }) => service === name);
  const choose = (service: string | undefined): void => setParams({ node: service });
  useKeys(said.title, [
    {
      keys: ['v'],
      does: said.keys.view,
      run: () => setParams({ view: view === 'map' ? 'table' : 'map' }),
    },
    { keys: ['r'], does: said.keys.refresh, run: ask },
    { keys: ['Escape'], does: said.keys.close, isMovement: true, run: () => choose(undefined) },
  ]);
  const views = ['map', 'table'] as const;
  return (
    <div class="services-page">
      <h1 class="unseen">{said.title}</h1>
      <div class="services-bar">
        <Tabs
          label={said.view.label}
          current={view}
          tabs={views.map((one) => ({
            ...{ name: one, title: said.view[one], href: hrefWith({ view: one }) },
          }))}
        />
        <span class="services-bar-end">
          <AskAgain now={now} onAsk={ask} />
          <RangePicker range={chosen} />
        </span>
      </div>
      {error !== undefined && <Problem error={error} onRetry={reload} />}
      {data === undefined && error === undefined && (
        <p class="services-loading soft">{text.loading}</p>
      )}
      {data !== undefined && data.nodes.length === 0 && <NothingInRange title={said.empty} />}
      {data !== undefined && data.nodes.length > 0 && (
        <div class="services-body">
          {view === 'map' ? (
            <ServiceMap
              map={data}
              chosen={node?.service}
              covered={node === undefined || isNarrow ? 0 : PANEL_WIDTH}
              onChoose={choose}
            />
          ) : (
            <ServiceTable map={data} chosen={node?.service} onChoose={choose} />
          )}
          {node !== undefined && (
            <ServicePanel
              {...{ map: data, node, range }}
              rangeOfUrl={rangeParams(chosen)}
              onChoose={choose}
            />
          )}
        </div>
      )}
      {data !== undefined && data.nodes.length > 0 && <Foot map={data} isMap={view === 'map'} />}
    </div>
  );
}

function Foot({ map, isMap }: { readonly map: ServicesMap; readonly isMap: boolean }) {
  const { traces, spans, until, complete } = map.examined;
  const [of, spansOf] = [formatCount(traces), formatCount(spans)];
  const { foot } = said;
  return (
    <footer class="services-foot faint">
      {foot.nodes}{' '}
      {complete ? foot.complete(of, spansOf) : foot.part(of, spansOf, formatClock(millisOf(until)))}{' '}
      {isMap && foot.thickness}
    </footer>
  );
}
