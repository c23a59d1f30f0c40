import type { GatewayStatus } from '../http/gateway-error.ts';

/** A message that violates HTTP/1.1. It is refused: guessing its meaning is how requests get smuggled. */
export class ProtocolError extends Error {
  override readonly name: string = 'ProtocolError';
}

/** A request that the listener itself responds to, with `status`, before it closes the connection. */
export class RequestRefusal extends ProtocolError {
  override readonly name: string = 'RequestRefusal';
  readonly status: GatewayStatus;

  constructor(status: GatewayStatus, message: string) {
    super(message);
    this.status = status;
  }
}

/** A client that speaks HTTP/2: what it sends first is not HTTP/1.1 (RFC 9113 section 3.4). Refused where HTTP/2 is not spoken. */
export class Http2Preface extends RequestRefusal {
  override readonly name = 'Http2Preface';
  /** All that was read from the connection. */
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    super(505, 'HTTP/2');
    this.bytes = bytes;
  }
}

/** The rest of a request's body will not arrive: the client left, or the listener refused its request. */
export class BodyBrokeOff extends Error {
  override readonly name = 'BodyBrokeOff';

  constructor() {
    super('the rest of the body will not arrive');
  }
}
