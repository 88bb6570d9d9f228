/**
 * Whom a call went to, as far as the calling span says, and how: read without the values of its other attributes.
 *
 *   Span 9 attributes
 */
import type { Attribute } from '../model/attribute.ts';
import { namesOf, readText } from '../model/attribute-names.ts';
import type { CallProtocol, PeerType } from '../model/service-map.ts';
import { readAttribute } from '../otlp/read-attributes.ts';
import { ProtobufReader, WIRE } from '../otlp/wire/protobuf-reader.ts';
import { AttributeKeys } from './attribute-keys.ts';

export interface Peer {
  /** Undefined where nothing names it. */
  readonly name: string | undefined;
  readonly type: PeerType;
  readonly protocol: CallProtocol;
}

const RPC = 'rpc.system';
const HTTP = [
  'http.request.method',
  'http.response.status_code',
  'http.route',
  'url.full',
] as const;
const HTTP_NAMES: ReadonlySet<string> = new Set(HTTP.flatMap(namesOf));
const KEYS = new AttributeKeys(
  [
    'service.peer.name',
    'db.system.name',
    'messaging.system',
    'server.address',
    RPC,
    ...HTTP,
  ].flatMap(namesOf),
);

/** @throws MalformedProtobuf, which bytes that the scanner accepted never cause */
export function readPeer(span: Uint8Array): Peer {
  const telling: Attribute[] = [];
  const reader = new ProtobufReader(span);
  while (reader.next()) {
    if (!reader.is(9, WIRE.bytes)) {
      reader.skip();
      continue;
    }
    const attribute = reader.view();
    if (KEYS.has(attribute)) telling.push(readAttribute(new ProtobufReader(attribute)));
  }
  const [database, messaging] = [
    readText(telling, 'db.system.name'),
    readText(telling, 'messaging.system'),
  ];
  const name =
    readText(telling, 'service.peer.name') ??
    database ??
    messaging ??
    readText(telling, 'server.address') ??
    hostOf(readText(telling, 'url.full'));
  if (database !== undefined) return { name, type: 'database', protocol: 'database' };
  if (messaging !== undefined) return { name, type: 'messaging', protocol: 'messaging' };
  if (readText(telling, RPC) !== undefined) return { name, type: 'external', protocol: 'rpc' };
  const isHttp = telling.some(({ key }) => HTTP_NAMES.has(key));
  return { name, type: 'external', protocol: isHttp ? 'http' : 'other' };
}

function hostOf(url: string | undefined): string | undefined {
  if (url === undefined) return undefined;
  const { hostname = '' } = URL.parse(url) ?? {};
  return hostname === '' ? undefined : hostname;
}
