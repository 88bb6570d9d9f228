/** A service with the mark of its colour. */
import { CutMiddle } from './cut-middle.tsx';
import { ServiceMark } from './service-mark.tsx';
import './service-name.css';

export function ServiceName({ service }: { readonly service: string }) {
  return (
    <span class="service-name" title={service}>
      <ServiceMark service={service} />
      <CutMiddle name={service} />
    </span>
  );
}
