/** A region of the plane as a filter in the URL, and back to what was there before it. */
import { useRef } from 'preact/hooks';
import { param, setParams } from '../../../app/location.ts';
import { REGION_PARAMS, type Region, regionParams } from './scatter-plane.ts';

/** Regions within regions that Escape goes back through. */
const STEPS_MAX = 32;

type Filters = Readonly<Record<string, string | undefined>>;

export interface FilteredRegion {
  show(region: Region): void;
  /** To before the last one. False where there is nothing to take back. */
  takeBack(): boolean;
}

export function useFilteredRegion(): FilteredRegion {
  const before = useRef<readonly Filters[]>([]);
  return {
    show(region) {
      before.current = [...before.current.slice(1 - STEPS_MAX), filtersNow()];
      setParams(regionParams(region));
    },
    takeBack() {
      const now = filtersNow();
      // Back may have gone there already.
      const at = before.current.findLastIndex((filters) =>
        REGION_PARAMS.some((name) => filters[name] !== now[name]),
      );
      const to = before.current[at];
      before.current = before.current.slice(0, Math.max(0, at));
      if (to !== undefined) setParams(to);
      return to !== undefined;
    },
  };
}

const filtersNow = (): Filters =>
  Object.fromEntries(REGION_PARAMS.map((name) => [name, param(name)]));
