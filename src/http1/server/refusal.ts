import type { GatewayStatus } from '../../http/gateway-error.ts';
import { ProtocolError } from '../protocol-error.ts';

/** A request that the listener answers by itself, with this status, and closes the connection. */
export class Refusal extends ProtocolError {
  override readonly name = 'Refusal';
  readonly status: GatewayStatus;

  constructor(status: GatewayStatus, message: string) {
    super(message);
    this.status = status;
  }
}
