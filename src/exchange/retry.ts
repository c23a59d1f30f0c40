import type { Inbound } from '../http/inbound.ts';
import { IDEMPOTENT } from '../http/methods.ts';
import { ClientLeftError, TransportError } from '../http/transport.ts';

/**
 * Whether another node may get this request after one failed. nginx's rule: a request that may
 * have reached a server is sent to another only if it is idempotent, and never when its body is
 * gone.
 */
export function mayRetry(inbound: Inbound, error: unknown): boolean {
  if (!(error instanceof TransportError) || error instanceof ClientLeftError) return false;
  if (error.kind === 'shutdown') return false;
  if (inbound.upload !== null && inbound.upload.consumed) return false;
  return error.unsent || IDEMPOTENT.has(inbound.method);
}
