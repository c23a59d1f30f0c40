import { fieldNames, type HeaderList, HOP_BY_HOP, nominated } from '../http/fields.ts';
import { isHandshake, WEBSOCKET } from '../http/handshake.ts';
import type { Inbound, Outbound } from '../http/messages.ts';
import type { Trust } from '../request/admit.ts';

/** Fields that say where a request came from. Each hop writes them anew; none passes unchecked. */
const ORIGIN_FIELDS: readonly string[] = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-real-ip',
];

/**
 * `Expect` is a question to this hop, and the listener has answered it (RFC 9110 section 10.1.1);
 * `Host` is written anew.
 */
const DROPPED: ReadonlySet<string> = new Set([...HOP_BY_HOP, 'host', 'expect']);

const LOOKALIKE = '_';

/** The fields that do not pass unseen, and those that an upstream might take for one of them. */
const nameOf = fieldNames([...DROPPED, ...ORIGIN_FIELDS, 'content-length'], LOOKALIKE);

/**
 * The fields an upstream gets: the client's in their order and case, less those of the client's
 * connection, `Host` as the upstream wants it, and the client's origin as APISIX reports it.
 *
 * @param host value of Host; empty leaves the field out, as with an HTTP/1.0 client
 */
export function requestHeaders(inbound: Inbound, host: string, trust: Trust): HeaderList {
  const received = inbound.headers;
  const list: HeaderList = host === '' ? [] : ['Host', host];
  const claims: Claims = {};
  let connection: string | undefined;
  let takesTrailers = false;
  for (let i = 0; i < received.length; i += 2) {
    const field = received[i]!;
    const value = received[i + 1]!;
    const name = nameOf(field);
    if (name === 'connection') connection = connection ? `${connection},${value}` : value;
    else if (name === 'te') takesTrailers ||= inbound.takesTrailers;
    if (name === '') list.push(field, value);
    else if (name === 'content-length') {
      // The runtime kept the body from us (GET on fetch): a length without bytes would hang the upstream.
      if (inbound.upload !== null || value === '0') list.push(field, value);
    } else if (!DROPPED.has(name) && name !== LOOKALIKE) {
      claims[name] = claims[name] === undefined ? value : `${claims[name]}, ${value}`;
    }
  }
  const fields = without(list, nominated(connection));
  appendOrigin(fields, inbound, claims, trust);
  // Nor are they dropped by us. TE is for one hop, which Connection has to say (RFC 9110 section 10.1.4).
  if (takesTrailers) fields.push('Connection', 'TE', 'TE', 'trailers');
  return fields;
}

type Claims = Record<string, string | undefined>;

/** What the client claimed is kept from a trusted peer and replaced by what we saw from any other. */
function appendOrigin(list: HeaderList, inbound: Inbound, claims: Claims, trust: Trust): void {
  const { peer } = inbound;
  const trusted = trust.trusts(peer);
  const chain = trust.configured && !trusted ? undefined : claims['x-forwarded-for'];
  const forwardedFor = peer === '' ? chain : chain === undefined ? peer : `${chain}, ${peer}`;
  if (inbound.remoteAddr !== '') list.push('X-Real-IP', inbound.remoteAddr);
  if (forwardedFor !== undefined) list.push('X-Forwarded-For', forwardedFor);
  const believed = trusted ? claims : {};
  list.push('X-Forwarded-Proto', believed['x-forwarded-proto'] ?? inbound.scheme);
  const host = believed['x-forwarded-host'] ?? inbound.authority;
  if (host !== '') list.push('X-Forwarded-Host', host);
  const port = believed['x-forwarded-port'] ?? portOf(inbound);
  if (port !== '') list.push('X-Forwarded-Port', port);
  if (believed['forwarded'] !== undefined) list.push('Forwarded', believed['forwarded']);
}

/** The listener's port: what APISIX reports. 0 means that the runtime did not tell. */
function portOf(inbound: Inbound): string {
  if (inbound.serverPort !== 0) return String(inbound.serverPort);
  return inbound.scheme === 'https' ? '443' : '80';
}

/** The fields whose names nobody nominated. */
function without(list: HeaderList, named: ReadonlySet<string> | null): HeaderList {
  if (named === null) return list;
  const kept: HeaderList = [];
  for (let i = 0; i < list.length; i += 2)
    if (!named.has(list[i]!.toLowerCase())) kept.push(list[i]!, list[i + 1]!);
  return kept;
}

/**
 * Asks the upstream to switch when the client asks us to. Both fields speak of one connection, so
 * that those of the client ended here, and these are our own (RFC 9110 section 7.8).
 */
export function passHandshake(inbound: Inbound, request: Outbound): Outbound {
  if (!isHandshake(inbound)) return request;
  const headers = [...request.headers, 'Connection', 'Upgrade', 'Upgrade', WEBSOCKET];
  return { ...request, headers, upgrade: true };
}
