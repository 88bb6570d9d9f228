/** A node of the map by its name: services with the mark of their colour, what they use with the shape it has on the map. */
import { CutMiddle } from '../../parts/cut-middle.tsx';
import { ServiceName } from '../../parts/service-name.tsx';
import { servicesText } from '../../text/services-en.ts';
import type { NodeType } from './services-map.ts';
import './node-name.css';

const SHAPES: Readonly<Record<Exclude<NodeType, 'service'>, string>> = {
  database: 'M1 2.5a4 1.5 0 0 1 8 0v5a4 1.5 0 0 1 -8 0zM1 2.5a4 1.5 0 0 0 8 0',
  messaging: 'M2.5 2h5a1.5 3 0 0 1 0 6h-5a1.5 3 0 0 1 0 -6zM7.5 2a1.5 3 0 0 0 0 6',
  external: 'M3 2h4l2.5 3l-2.5 3h-4l-2.5 -3z',
};

export function NodeName({ name, type }: { readonly name: string; readonly type: NodeType }) {
  if (type === 'service') return <ServiceName service={name} />;
  return (
    <span class="node-name" title={`${name}, ${servicesText.types[type]}`}>
      <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
        <path d={SHAPES[type]} />
      </svg>
      <CutMiddle name={name} />
    </span>
  );
}
