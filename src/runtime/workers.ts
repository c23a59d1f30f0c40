import { plainAddress } from '../http/cidr.ts';
import { webBytes } from '../http/web-body.ts';
import { fetchSendCopy } from './fetch/copy.ts';
import { type Dialect, kindByText } from './fetch/dialect.ts';
import { fetchForward } from './fetch/forward.ts';
import { portOf, receiveWeb } from './fetch/receive.ts';
import { fixedLength } from './fixed-length.ts';
import type { Runtime } from './runtime.ts';

/** A request with Cloudflare's metadata. */
interface CloudflareRequest extends Request {
  readonly cf?: { readonly clientAcceptEncoding?: string | null };
}

/** Bytes of one read of a body. */
const READ_BYTES = 64 * 1024;

/** Less than over sockets (`http1/client/call.ts`): a read returns 4 KiB here, so draining costs more. */
const DRAIN_LIMIT_BYTES = 256 * 1024;

const DIALECT: Dialect = {
  // Encoded bodies pass unchanged: not decoded by fetch, and not compressed again on the way to the client.
  init: { encodeResponseBody: 'manual' },
  responseInit: { encodeBody: 'manual' },
  decodes: () => false,
  drainLimit: DRAIN_LIMIT_BYTES,
  sized: fixedLength,
  sourceOf: (body) => webBytes({ body }, null, READ_BYTES),
  // workerd has the same text for a refused, a reset and an unresolvable connection.
  cannotProveUnsent: true,
  kindOf: kindByText([
    // The text for an unknown name, a failed TLS handshake and a response that is not HTTP. Must be first: the
    // reference is random letters, which may match any other pattern.
    [/internal error; reference/, 'reset'],
    [/invalid HTTP|parse/i, 'protocol'],
    [/certificate|TLS/i, 'tls'],
    [/network connection lost|connection refused|disconnected/i, 'connect'],
  ]),
};

/** The runtime adapter for Workers: the platform listens, and its fetch forwards. */
export function workersRuntime(): Runtime {
  return {
    name: 'workers',
    hostOfUrl: true,
    // A request costs ten times as much here as on a server.
    connectionRate: 100,
    // An isolate has 128 MB for everything.
    mostCopies: 1024,
    // Cloudflare cancels `waitUntil` work 30 s after the response.
    longestCopy: 25,
    receive: (request) =>
      receiveWeb(request, {
        peer: plainAddress(request.headers.get('cf-connecting-ip') ?? '') ?? '',
        // The platform builds the URL.
        serverPort: portOf(request.url),
        bodyOf: (received, length) => webBytes(received, length, READ_BYTES),
        // Cloudflare overwrites Accept-Encoding; with its value, a client that accepts no coding could get one.
        acceptEncoding: (request as CloudflareRequest).cf?.clientAcceptEncoding ?? undefined,
        // The platform upgrades every request with `Upgrade: websocket`.
        upgradable: true,
      }),
    forward: fetchForward(DIALECT),
    sendCopy: fetchSendCopy(DIALECT),
  };
}

export type * from './types.ts';
