/** Which services there are, and what each of them does. */
import type { Operation } from '../../store/contracts/span-source.ts';
import { RawParams } from '../params/raw-params.ts';
import type { View } from '../view.ts';

export interface ServicesParams {
  /** Only this one, if it is there. */
  readonly service?: string;
}

export interface ServicesView {
  readonly services: readonly {
    readonly name: string;
    readonly operations: readonly Operation[];
  }[];
}

export const servicesView: View<ServicesParams, ServicesView> = {
  name: 'services',

  parseParams(raw) {
    const service = new RawParams(raw, ['service']).text('service');
    return service === undefined ? {} : { service };
  },

  async render(reader, { service }, signal) {
    if (service === undefined) {
      const all = await reader.catalogue(signal);
      return { services: Array.from(all, ([name, operations]) => ({ name, operations })) };
    }
    const isThere = (await reader.services()).includes(service);
    if (!isThere) return { services: [] };
    return { services: [{ name: service, operations: await reader.operations(service) }] };
  },
};
