/** What can be done with an attribute of a span beyond its copy: all spans that say the same are found, all are coloured by it. */
import { Button } from '../../../parts/button.tsx';
import { traceText } from '../../../text/trace-en.ts';
import { attributeColour } from '../colour-by.ts';
import type { TraceModel } from '../trace-model.ts';

const { colour, find } = traceText;
/** A longer value is seldom another span's too. */
const VALUE_MAX = 200;

export interface AttributeActionsProps {
  readonly model: TraceModel;
  readonly name: string;
  /** Undefined where it cannot be looked for as it is shown. */
  readonly value: string | undefined;
}

export function AttributeActions({ model, name, value }: AttributeActionsProps) {
  const canFind = value !== undefined && value.length <= VALUE_MAX && !/["\n]/.test(value);
  return (
    <>
      {canFind && !/[\s"=]/.test(name) && (
        <Button
          look="quiet"
          label={`${find.allAlike}: ${name}`}
          onClick={() => model.find(`${name}="${value}"`)}
        >
          {find.all}
        </Button>
      )}
      <Button
        look="quiet"
        label={colour.byThis(name)}
        onClick={() => model.colour(attributeColour(name))}
      >
        {colour.by}
      </Button>
    </>
  );
}
