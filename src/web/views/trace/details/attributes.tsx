/** Attributes, each with its copy; long values folded, nested ones and JSON laid out. Text nodes, whatever they say. */
import { useMemo, useState } from 'preact/hooks';
import type { Attribute as ModelAttribute } from '../../../../model/attribute.ts';
import type { Wire } from '../../../data/wire.ts';
import { CopyButton } from '../../../parts/copy-button.tsx';
import { traceText } from '../../../text/trace-en.ts';
import { attributeText } from './attribute-text.ts';
import { LongText } from './long-text.tsx';
import './attributes.css';

export type Attribute = Wire<ModelAttribute>;

export interface AttributesProps {
  readonly attributes: readonly Attribute[];
  /** A box to filter them, where they are many. @default false */
  readonly isFilterable?: boolean;
}

/** Fewer are seen at a glance. */
const FILTER_MIN = 8;
const { details: words } = traceText;

export function Attributes({ attributes, isFilterable = false }: AttributesProps) {
  const [filter, setFilter] = useState('');
  const told = useMemo(
    () => attributes.map(({ key, value }) => ({ key, said: attributeText(value) })),
    [attributes],
  );
  const wanted = filter.trim().toLowerCase();
  const shown = told.filter(({ key, said }) => `${key} ${said}`.toLowerCase().includes(wanted));
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
        {shown.map(({ key, said }, at) => (
          // Keys may stand twice.
          <div class="attribute" key={`${at} ${key}`}>
            <dt class="soft">{key}</dt>
            <dd>
              <LongText content={said} />
              <span class="attribute-copy">
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
