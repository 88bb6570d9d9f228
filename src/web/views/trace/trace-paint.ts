/** What the colours of a trace tell: by what the outline has, or by an attribute, of which the collector is asked. */
import { computed, type ReadonlySignal } from '@preact/signals';
import { type AttributeColumn, askColumn } from './ask-attributes.ts';
import { carryClasses } from './carry-folds.ts';
import {
  attributeOfColour,
  attributePaint,
  blankPaint,
  type ColourBy,
  isColourBy,
  NO_PAINT,
  type Paint,
  paintOf,
} from './colour-by.ts';
import { InStep, type Told } from './in-step.ts';
import type { TraceSource } from './trace-source.ts';

export class TracePaint {
  readonly colourBy: ReadonlySignal<ColourBy>;
  /** Of the outline that stands now. */
  readonly paint: ReadonlySignal<Paint>;
  /** Why an attribute could not be asked for. */
  readonly error: ReadonlySignal<Error | undefined>;
  readonly #told: InStep<AttributeColumn>;
  /** By key and value: its place in the order of colours, so that it keeps it while others become more frequent. */
  readonly #places = new Map<string, Map<string, number>>();

  constructor(source: TraceSource, wanted: ReadonlySignal<string | undefined>) {
    this.colourBy = computed(() => (isColourBy(wanted.value) ? wanted.value : 'service'));
    const key = computed(() => attributeOfColour(this.colourBy.value));
    this.#told = new InStep(source, key, (of, given) => askColumn(source.traceId, of, given));
    this.error = this.#told.error;
    this.paint = computed(() => {
      const outline = source.outline.value;
      const by = this.colourBy.value;
      if (outline === undefined) return NO_PAINT;
      if (key.value !== undefined) {
        const told = this.#told.told.value;
        return told === undefined ? blankPaint(outline) : this.#byAttribute(told, outline);
      }
      return paintOf(outline, by as Parameters<typeof paintOf>[1]);
    });
  }

  /** Ends with the function that is returned. */
  follow(): () => void {
    return this.#told.follow();
  }

  #byAttribute(
    { answer, outline }: Told<AttributeColumn>,
    now: Parameters<typeof paintOf>[0],
  ): Paint {
    const classes = outline === now ? answer.column : carryClasses(answer.column, outline, now);
    const known = this.#places.get(answer.key);
    const places = known ?? new Map<string, number>();
    if (known === undefined) this.#places.set(answer.key, places);
    return attributePaint(classes, answer, (value) => {
      const place = places.get(value) ?? places.size;
      places.set(value, place);
      return place;
    });
  }
}
