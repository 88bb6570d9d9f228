/** What the numbers are of: service, operation, lines, range of time. All of it is in the URL. */
import { setParams } from '../../app/location.ts';
import type { ChosenRange } from '../../data/time-range.ts';
import { AskAgain } from '../../parts/ask-again.tsx';
import { Button } from '../../parts/button.tsx';
import { RangePicker } from '../../parts/range-picker.tsx';
import { statisticsText } from '../../text/statistics-en.ts';
import { QUANTILES, type Quantile } from './health-charts.tsx';
import type { Subject } from './statistics-data.ts';
import './statistics-bar.css';

export interface StatisticsBarProps {
  readonly subject: Subject;
  readonly services: readonly string[];
  readonly isSplit: boolean;
  readonly quantile: Quantile;
  readonly range: ChosenRange;
  readonly now: number;
  refresh(): void;
}

export const SERVICE_SELECT = 'statistics-service';
const said = statisticsText;

export function StatisticsBar(props: StatisticsBarProps) {
  const { subject, services, isSplit, quantile, range, now, refresh } = props;
  const { service, operation } = subject;
  const known =
    service === undefined || services.includes(service) ? services : [service, ...services];
  return (
    <fieldset class="statistics-bar" aria-label={said.filters}>
      <select
        id={SERVICE_SELECT}
        aria-label={said.service}
        value={service ?? ''}
        onChange={({ currentTarget: { value } }) =>
          setParams({ service: value, operation: undefined })
        }
      >
        <option value="">{said.allServices}</option>
        {known.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      {operation !== undefined && (
        <Button
          pressed
          label={said.wholeService}
          onClick={() => setParams({ operation: undefined })}
        >
          <span class="statistics-bar-operation">{operation}</span> ×
        </Button>
      )}
      {operation === undefined && (
        <select
          aria-label={said.split.label}
          value={isSplit ? 'split' : ''}
          onChange={({ currentTarget: { value } }) => setParams({ by: value })}
        >
          <option value="">{said.split.total}</option>
          <option value="split">
            {service === undefined ? said.split.service : said.split.operation}
          </option>
        </select>
      )}
      {operation === undefined && isSplit && (
        <select
          aria-label={said.quantile}
          value={quantile}
          onChange={({ currentTarget: { value } }) =>
            setParams({ quantile: value === 'p99' ? undefined : value })
          }
        >
          {QUANTILES.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      )}
      <span class="statistics-bar-end">
        <AskAgain now={now} onAsk={refresh} />
        <RangePicker range={range} />
      </span>
    </fieldset>
  );
}
