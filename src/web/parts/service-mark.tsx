/** The mark of a service's colour, beside its name. */
import { serviceColour } from '../colour/service-colour.ts';
import './service-name.css';

export function ServiceMark({ service }: { readonly service: string }) {
  return <span class="service-mark" style={{ background: serviceColour(service).line }} />;
}
