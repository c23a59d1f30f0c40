import { UNIX_PEER } from '../http/cidr.ts';
import { fieldNames, type HeaderList, HOP_BY_HOP, nominated } from '../http/fields.ts';
import { isHandshake, WEBSOCKET } from '../http/websocket.ts';
import type { Inbound, Outbound } from '../http/messages.ts';
import type { Trust } from '../request/inbound.ts';

/** Fields that say where a request came from. Never forwarded unchecked: this hop writes its own. */
const FORWARDING_FIELDS: readonly string[] = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-real-ip',
];

/**
 * Fields that are not forwarded. The listener has handled `Expect` already (RFC 9110 section 10.1.1), and `Host` is
 * written by `requestHeaders`.
 */
const DROPPED: ReadonlySet<string> = new Set([...HOP_BY_HOP, 'host', 'expect']);

/** Returned by `nameOf` for a field that an upstream might read as one of the known fields. */
const LOOKALIKE = '_';

/** Recognizes the fields that need handling here, and their lookalikes. */
const nameOf = fieldNames([...DROPPED, ...FORWARDING_FIELDS, 'content-length'], LOOKALIKE);

/**
 * The fields that an upstream gets: `Host`, the client's fields in their order and case without hop-by-hop fields,
 * and the origin of the request (X-Forwarded-For and others) as APISIX reports it.
 *
 * @param host value of Host; `''` leaves the field out, as for an HTTP/1.0 client without one
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
      // No body but a length: the runtime hides the body (GET on fetch). The upstream would wait for it forever.
      if (inbound.upload !== null || value === '0') list.push(field, value);
    } else if (!DROPPED.has(name) && name !== LOOKALIKE) {
      claims[name] = claims[name] === undefined ? value : `${claims[name]}, ${value}`;
    }
  }
  const fields = without(list, nominated(connection));
  appendOrigin(fields, inbound, claims, trust);
  // We forward trailers as well. TE is hop-by-hop, so Connection must name it (RFC 9110 section 10.1.4).
  if (takesTrailers) fields.push('Connection', 'TE', 'TE', 'trailers');
  return fields;
}

/** Values of the received origin fields, by name in lower case. */
type Claims = Record<string, string | undefined>;

/** Appends the origin fields: the peer's own claims if it is trusted, else what this hop knows. */
function appendOrigin(list: HeaderList, inbound: Inbound, claims: Claims, trust: Trust): void {
  const { peer } = inbound;
  const trusted = trust.trusts(peer);
  const chain = trust.configured && !trusted ? undefined : claims['x-forwarded-for'];
  const forwardedFor = !isAddress(peer) ? chain : chain === undefined ? peer : `${chain}, ${peer}`;
  if (isAddress(inbound.remoteAddr)) list.push('X-Real-IP', inbound.remoteAddr);
  if (forwardedFor !== undefined) list.push('X-Forwarded-For', forwardedFor);
  const believed = trusted ? claims : {};
  list.push('X-Forwarded-Proto', believed['x-forwarded-proto'] ?? inbound.scheme);
  const host = believed['x-forwarded-host'] ?? inbound.authority;
  if (host !== '') list.push('X-Forwarded-Host', host);
  const port = believed['x-forwarded-port'] ?? portOf(inbound);
  if (port !== '') list.push('X-Forwarded-Port', port);
  if (believed['forwarded'] !== undefined) list.push('Forwarded', believed['forwarded']);
}

/** False where the platform tells none, and for a Unix socket: who reads these fields expects an address. */
function isAddress(peer: string): boolean {
  return peer !== '' && peer !== UNIX_PEER;
}

/** The listener's port, as APISIX reports it. If unknown (0), the default port of the scheme. */
function portOf(inbound: Inbound): string {
  if (inbound.serverPort !== 0) return String(inbound.serverPort);
  return inbound.scheme === 'https' ? '443' : '80';
}

/** The list without the fields that Connection nominates. */
function without(list: HeaderList, named: ReadonlySet<string> | null): HeaderList {
  if (named === null) return list;
  const kept: HeaderList = [];
  for (let i = 0; i < list.length; i += 2)
    if (!named.has(list[i]!.toLowerCase())) kept.push(list[i]!, list[i + 1]!);
  return kept;
}

/**
 * Adds a WebSocket handshake if the client sent one. Connection and Upgrade are hop-by-hop: the client's were
 * dropped, and these are for our own connection to the upstream (RFC 9110 section 7.8).
 */
export function passHandshake(inbound: Inbound, request: Outbound): Outbound {
  if (!isHandshake(inbound)) return request;
  const headers = [...request.headers, 'Connection', 'Upgrade', 'Upgrade', WEBSOCKET];
  return { ...request, headers, upgrade: true };
}
