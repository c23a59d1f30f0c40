import type { Inbound } from './messages.ts';
import { hasMember, type HeaderList, joinedValue } from './fields.ts';

/** The only protocol the gateway upgrades to. */
export const WEBSOCKET = 'websocket';

/** True if Connection names Upgrade. Otherwise an Upgrade field has no meaning (RFC 9110 section 7.8). */
export function namesUpgrade(headers: HeaderList): boolean {
  return hasMember(joinedValue(headers, 'connection'), 'upgrade');
}

/**
 * True for a WebSocket handshake (RFC 6455 section 4.1). A request with a body does not count: one reader would
 * take the next bytes for the body, another for WebSocket frames.
 */
export function isHandshake(request: Inbound): boolean {
  return (
    request.method === 'GET' &&
    joinedValue(request.headers, 'upgrade')?.toLowerCase() === WEBSOCKET &&
    request.upgradable &&
    request.upload === null
  );
}
