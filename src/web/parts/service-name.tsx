/** A service with the mark of its colour. */
import { serviceColour } from '../colour/service-colour.ts';
import './service-name.css';

export function ServiceName({ service }: { readonly service: string }) {
  return (
    <span class="service-name" title={service}>
      <span class="service-mark" style={{ background: serviceColour(service).line }} />
      <span class="service-word">{service}</span>
    </span>
  );
}
