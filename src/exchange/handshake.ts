import { isHandshake, WEBSOCKET } from '../http/handshake.ts';
import type { Inbound } from '../http/inbound.ts';
import type { Outbound } from '../http/outbound.ts';

/**
 * Asks the upstream to switch when the client asks us to. Both fields speak of one connection, so
 * that those of the client ended here, and these are our own (RFC 9110 section 7.8).
 */
export function passHandshake(inbound: Inbound, request: Outbound): Outbound {
  if (!isHandshake(inbound)) return request;
  const headers = [...request.headers, 'Connection', 'Upgrade', 'Upgrade', WEBSOCKET];
  return { ...request, headers, switches: true };
}
