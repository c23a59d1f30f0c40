import { errorBody, type GatewayStatus } from '../http/gateway-error.ts';
import { type RelayedResponse, bufferedResponse } from './relayed-response.ts';

/**
 * An error of the gateway's own, by the short cut of relayed answers: whoever sends what no route
 * matches must not cost more than those whose requests are forwarded.
 */
export function ownError(status: GatewayStatus): RelayedResponse {
  return bufferedResponse(
    status,
    'Content-Type: application/json\r\n',
    Buffer.from(errorBody(status)),
  );
}
