/** The six services of the made-up shop. */
import type { Attributes } from '@opentelemetry/api';

export const SERVICE_NAMES = [
  'web',
  'checkout',
  'stock',
  'payment',
  'mail-worker',
  'assistant',
] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

const VERSIONS: Readonly<Record<ServiceName, string>> = {
  web: '5.2.0',
  checkout: '3.11.4',
  stock: '2.0.1',
  payment: '8.4.0',
  'mail-worker': '1.7.3',
  assistant: '0.9.0',
};

/** @param instance tells the processes of one demo from those of another */
export function resourceOf(service: ServiceName, instance: string): Attributes {
  return {
    'service.name': service,
    'service.namespace': 'shop',
    'service.version': VERSIONS[service],
    'service.instance.id': `${service}-${instance}`,
    'deployment.environment.name': 'demo',
    'host.name': `shop-${(SERVICE_NAMES.indexOf(service) % 3) + 1}`,
    'telemetry.sdk.language': 'nodejs',
    'telemetry.sdk.name': 'opentelemetry',
  };
}
