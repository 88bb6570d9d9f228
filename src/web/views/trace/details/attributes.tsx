/** Attributes, each with its copy; long values folded, nested ones and JSON laid out. Text nodes, whatever they say. */
import { useMemo, useState } from 'preact/hooks';
import type { Attribute as ModelAttribute } from '../../../../model/attribute.ts';
import { type FindTerm, findTerms, isSaidBy } from '../../../../model/find-terms.ts';
import type { Wire } from '../../../data/wire.ts';
import { CopyButton } from '../../../parts/copy-button.tsx';
import { traceText } from '../../../text/trace-en.ts';
import type { TraceModel } from '../trace-model.ts';
import { AttributeActions } from './attribute-actions.tsx';
import { attributeText, scalarOf } from './attribute-text.ts';
import { LongText } from './long-text.tsx';
import './attributes.css';

export type Attribute = Wire<ModelAttribute>;

export interface AttributesProps {
  readonly attributes: readonly Attribute[];
  /** A box to filter them, where they are many. @default false */
  readonly isFilterable?: boolean;
  /** Of the trace whose spans these are of: with it they are marked where they are found, and more can be done with each. */
  readonly model?: TraceModel;
}

/** Fewer are seen at a glance. */
const FILTER_MIN = 8;
const { details: words } = traceText;

export function Attributes({ attributes, isFilterable = false, model }: AttributesProps) {
  const [filter, setFilter] = useState('');
  const told = useMemo(
    () =>
      attributes.map(({ key, value }) => ({
        key,
        plain: scalarOf(value),
        said: attributeText(value),
      })),
    [attributes],
  );
  const wanted = filter.trim().toLowerCase();
  const shown = told.filter(({ key, said }) => `${key} ${said}`.toLowerCase().includes(wanted));
  const terms = findTerms(model?.query.value ?? '');
  if (attributes.length === 0) return <p class="faint">{words.noAttributes}</p>;
  return (
    <>
      {isFilterable && attributes.length >= FILTER_MIN && (
        <input
          class="attributes-filter"
          type="text"
          aria-label={words.filter}
          placeholder={words.filter}
          spellcheck={false}
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            setFilter('');
            event.currentTarget.blur();
            event.stopPropagation();
          }}
        />
      )}
      <dl class="attributes">
        {shown.map(({ key, plain, said }, at) => (
          // Keys may stand twice.
          <div
            class={`attribute ${isSought(terms, key, plain ?? said) ? 'attribute-found' : ''}`}
            key={`${at} ${key}`}
          >
            <dt class="soft">{key}</dt>
            <dd>
              <LongText content={said} />
              <span class="attribute-copy">
                {model && <AttributeActions model={model} name={key} value={plain} />}
                <CopyButton content={said} />
              </span>
            </dd>
          </div>
        ))}
      </dl>
      {shown.length === 0 && <p class="faint">{words.noMatch}</p>}
    </>
  );
}

function isSought(terms: readonly FindTerm[], key: string, said: string): boolean {
  return terms.some((term) =>
    term.key === undefined
      ? isSaidBy(term, key) || isSaidBy(term, said)
      : term.key === key.toLowerCase() && isSaidBy(term, said),
  );
}
