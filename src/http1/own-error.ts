import { errorBody, type GatewayStatus } from '../http/gateway-error.ts';
import { type RelayedResponse, bufferedResponse } from './relayed-response.ts';

/**
 * A JSON error response of the gateway, as a `RelayedResponse`: no web `Response` is built, so that a request without
 * a matching route does not cost more than a forwarded one.
 */
export function ownError(status: GatewayStatus): RelayedResponse {
  return bufferedResponse(
    status,
    'Content-Type: application/json\r\n',
    Buffer.from(errorBody(status)),
  );
}
