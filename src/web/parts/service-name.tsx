/** A service with the mark of its colour. */
import { ServiceMark } from './service-mark.tsx';
import './service-name.css';

export function ServiceName({ service }: { readonly service: string }) {
  return (
    <span class="service-name" title={service}>
      <ServiceMark service={service} />
      <span class="service-word">{service}</span>
    </span>
  );
}
