import type { Inbound } from './messages.ts';
import { hasMember, type HeaderList, joinedValue } from './fields.ts';

/** The one protocol that is passed on: its first request is plain HTTP/1.1, and then no byte is. */
export const WEBSOCKET = 'websocket';

/** Whether Connection names Upgrade, as it must for the field to mean anything (RFC 9110 section 7.8). */
export function namesUpgrade(headers: HeaderList): boolean {
  return hasMember(joinedValue(headers, 'connection'), 'upgrade');
}

/**
 * The handshake of a WebSocket (RFC 6455 section 4.1). With a body it is none: what the client
 * sends next would be the body to one reader and frames to another.
 */
export function isHandshake(request: Inbound): boolean {
  return (
    request.method === 'GET' &&
    joinedValue(request.headers, 'upgrade')?.toLowerCase() === WEBSOCKET &&
    request.upgradable &&
    request.upload === null
  );
}
