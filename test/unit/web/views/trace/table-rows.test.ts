import { describe, expect, test } from 'vitest';
import type { Outline } from '../../../../../src/web/data/outline.ts';
import {
  filteredRows,
  rowFilter,
} from '../../../../../src/web/views/trace/tabs/table/row-filter.ts';
import {
  cell,
  operationsCsv,
  spansCsv,
} from '../../../../../src/web/views/trace/tabs/table/table-csv.ts';
import {
  operationFigures,
  operationsOf,
  sortedBy,
  spanFigures,
} from '../../../../../src/web/views/trace/tabs/table/table-rows.ts';

const outline = {
  rowCount: 4,
  names: ['z', 'a,b'],
  services: ['shop', 'pay'],
  name: Uint32Array.of(0, 1, 1, 1),
  service: Uint16Array.of(0, 1, 1, 0),
  start: Float64Array.of(0, 5, 10, 15),
  duration: Float64Array.of(100, 30, 10, 20),
  self: Float64Array.of(40, 30, 10, 20),
  kind: Uint8Array.of(0, 1, 2, 3),
  status: Uint8Array.of(1, 2, 1, 1),
  childCount: Uint32Array.of(3, 0, 0, 0),
  errorsBelow: Uint32Array.of(1, 0, 0, 0),
  spanId: Uint32Array.of(0, 1, 0, 2, 0, 3, 0xabcdef01, 4),
} as unknown as Outline;
const rows = Int32Array.of(0, 1, 2, 3);

describe('spans', () => {
  test('are in order by figures and by names, equal ones as they were', () => {
    expect([...sortedBy(spanFigures(outline, 'duration'), rows, true)]).toEqual([0, 1, 3, 2]);
    expect([...sortedBy(spanFigures(outline, 'name'), rows, false)]).toEqual([1, 2, 3, 0]);
    expect([...sortedBy(spanFigures(outline, 'service'), rows, true)]).toEqual([0, 3, 1, 2]);
    expect([...sortedBy(spanFigures(outline, 'errors'), rows, true)][0]).toBe(0);
  });
});

describe('operations', () => {
  const operations = operationsOf(outline, rows);

  test('have the figures of their spans', () => {
    expect(operations.count).toBe(3);
    const { figures, operationOf, example } = operations;
    const pay = operationOf[1]!;
    expect(operationOf[2]).toBe(pay);
    expect(figures.count[pay]).toBe(2);
    expect(figures.failed[pay]).toBe(1);
    expect(figures.total[pay]).toBe(40);
    expect(figures.mean[pay]).toBe(20);
    expect(figures.p50[pay]).toBe(10);
    expect([figures.p95[pay], figures.max[pay]]).toEqual([30, 30]);
    expect(figures.selfShare[pay]).toBe(0.4);
    expect(example[pay]).toBe(1);
  });

  test('of a service are one row', () => {
    const services = operationsOf(outline, rows, 'service');
    expect(services.count).toBe(2);
    expect([...services.figures.count]).toEqual([2, 2]);
    expect([...services.figures.selfShare]).toEqual([0.6, 0.4]);
    const [head, first] = operationsCsv(outline, services, Int32Array.of(1), 'service').split(
      '\r\n',
    );
    expect(head).toBe('service,count,failed,total,self,mean,p50,p95,max');
    expect(first).toBe('pay,2,1,40,40,20,10,30,30');
  });

  test('count only what is asked for', () => {
    const some = operationsOf(outline, Int32Array.of(2));
    expect(some.count).toBe(1);
    expect(some.operationOf[0]).toBe(-1);
    expect(operationFigures(outline, some, 'total')[0]).toBe(10);
  });
});

describe('a filter', () => {
  const all = { first: 0, end: 4 };
  const filtered = (text: string, range = all) => [...filteredRows(outline, text, range)];

  test('compares figures, and looks for words beside them', () => {
    expect(filtered('')).toEqual([0, 1, 2, 3]);
    expect(filtered('duration>=20ns')).toEqual([0, 1, 3]);
    expect(filtered('duration>20ns duration<0.1us')).toEqual([1]);
    expect(filtered('children>0')).toEqual([0]);
    expect(filtered('errors<=0 self>10ns')).toEqual([1, 3]);
    expect(filtered('pay duration>20ns')).toEqual([1]);
    expect(filtered('', { first: 1, end: 3 })).toEqual([1, 2]);
    expect(filtered('a,b', { first: 0, end: 3 })).toEqual([1, 2]);
  });

  test('takes what is no comparison for a word', () => {
    for (const text of ['duration>x', 'duration>10', 'children>2ms', 'length>1ms', 'duration>'])
      expect(rowFilter(text)).toEqual({ words: text, comparisons: [] });
    expect(rowFilter('Duration>1.5MS').comparisons).toEqual([
      { column: 'duration', operator: '>', figure: 1.5e6 },
    ]);
  });
});

describe('CSV', () => {
  test('quotes what has to be, and hands a spreadsheet no formula', () => {
    expect(cell('plain')).toBe('plain');
    expect(cell('a,"b"')).toBe('"a,""b"""');
    expect(cell('=1+1')).toBe("'=1+1");
    expect(cell('@x\n')).toBe('"\'@x\n"');
  });

  test('has a line a row, in nanoseconds', () => {
    const lines = spansCsv(outline, Int32Array.of(3, 0)).split('\r\n');
    expect(lines[0]).toBe('span_id,name,service,kind,status,start,duration,self,children,errors');
    expect(lines[1]).toBe('abcdef0100000004,"a,b",shop,ExternalCall,Completed,15,20,20,0,0');
    expect(lines).toHaveLength(4);
    const all = operationsOf(outline, rows);
    expect(operationsCsv(outline, all, Int32Array.of(0)).split('\r\n')[1]).toBe(
      'z,shop,1,0,100,40,100,100,100,100',
    );
  });
});
