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
    const names = await reader.services();
    const services = [];
    for (const name of names.filter((name) => service === undefined || name === service)) {
      signal.throwIfAborted();
      services.push({ name, operations: await reader.operations(name) });
    }
    return { services };
  },
};
