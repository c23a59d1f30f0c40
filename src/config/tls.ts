import type { TlsConfig } from '../http/destination.ts';
import { boolean, object, type Schema, string } from './schema.ts';

/** What may be said of TLS. Whether the texts are certificates is for the runtime to say, see `Runtime.faultOf`. */
export function tls(): Schema<TlsConfig> {
  return object<TlsConfig>(
    { verify: boolean(), ca: string(), client_cert: string(), client_key: string() },
    { refused: { client_cert_id: 'write what it refers to: "client_cert" and "client_key"' } },
  );
}
