import type { GatewayStatus } from '../http/gateway-error.ts';

/** A message that breaks the rules of HTTP/1.1. Guessing what it meant is how requests get smuggled. */
export class ProtocolError extends Error {
  override readonly name: string = 'ProtocolError';
}

/** A request that the listener answers by itself, with this status, and closes the connection. */
export class RequestRefusal extends ProtocolError {
  override readonly name = 'Refusal';
  readonly status: GatewayStatus;

  constructor(status: GatewayStatus, message: string) {
    super(message);
    this.status = status;
  }
}

/** The rest of a request's body will not come: the client left, or was sent away. */
export class BodyBrokeOff extends Error {
  override readonly name = 'BodyBrokeOff';

  constructor() {
    super('the client left half-way');
  }
}
