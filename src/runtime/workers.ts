import { plainAddress } from '../http/cidr.ts';
import { costOf, webBytes } from '../http/web-body.ts';
import { fetchSendCopy } from './fetch/copy.ts';
import { type Dialect, kindByText } from './fetch/dialect.ts';
import { fetchForward } from './fetch/forward.ts';
import { receiveWeb } from './fetch/receive.ts';
import type { Runtime } from './port.ts';

/** workerd's own: a stream that says how long it is, so that it is not sent chunked. */
declare const FixedLengthStream: new (length: number) => TransformStream<Uint8Array, Uint8Array>;

/** A request with what Cloudflare knows of it. */
interface CloudflareRequest extends Request {
  readonly cf?: { readonly clientAcceptEncoding?: string | null };
}

/** Bytes of an upload that are read at once. */
const BODY_ROOM_BYTES = 64 * 1024;

/** Less than over sockets (`http1/client/call.ts`): reading costs more here, 4 KiB at a time. */
const DRAIN_LIMIT_BYTES = 256 * 1024;

const DIALECT: Dialect = {
  // Bytes as the upstream sent them, and not compressed a second time on the way out.
  init: { encodeResponseBody: 'manual' },
  responseInit: { encodeBody: 'manual' },
  decodes: () => false,
  drainLimit: DRAIN_LIMIT_BYTES,
  sized(stream, length) {
    const fixed = new FixedLengthStream(length);
    // A client that leaves breaks both ends; the fetch that reads the other one reports it.
    stream.pipeTo(fixed.writable).catch(() => {});
    return fixed.readable;
  },
  // workerd has one text for a refused, reset or unresolvable connection.
  cannotProveUnsent: true,
  kindOf: kindByText([
    // What an unknown name, a failed handshake and an answer that is not HTTP look like alike. First,
    // as the reference is random letters, in which any other pattern may occur.
    [/internal error; reference/, 'reset'],
    [/invalid HTTP|parse/i, 'protocol'],
    [/certificate|TLS/i, 'tls'],
    [/network connection lost|connection refused|disconnected/i, 'connect'],
  ]),
};

/** The gateway's view of Workers: the platform listens, its fetch forwards. */
export function workersRuntime(): Runtime {
  return {
    name: 'workers',
    hostOfUrl: true,
    // A request costs an isolate ten times what it costs a server.
    connectionRate: 100,
    // Of the 128 MB that it has for everything.
    mostCopies: 1024,
    receive: (request) =>
      receiveWeb(request, {
        peer: plainAddress(request.headers.get('cf-connecting-ip') ?? '') ?? '',
        serverPort: portOf(request.url),
        bodyOf: (received, length) => webBytes(received, length, BODY_ROOM_BYTES),
        // A client that takes no coding would get what the upstream compressed for Cloudflare.
        acceptEncoding: (request as CloudflareRequest).cf?.clientAcceptEncoding ?? undefined,
        // Whatever says Upgrade: websocket is a handshake to the platform already.
        upgradable: true,
      }),
    // The edge is everybody's peer here: being near proves nothing.
    peer: () => null,
    forward: fetchForward(DIALECT),
    sendCopy: fetchSendCopy(DIALECT),
  };
}

/** The platform builds the URL, so its port is the one the client connected to; 0: the scheme's own. */
function portOf(url: string): number {
  return Number(/^https?:\/\/[^/]*:(\d+)/.exec(url)?.[1] ?? 0);
}

/** Most bytes that are read for nothing, as clients seldom send more before they see a refusal. */
const MOST_BYTES = 64 * 1024;

/**
 * Reads a small body that was refused unread. workerd closes the connection of such a request
 * without announcing it, and the client's next request would be lost with it.
 */
export async function discardUnread({ body, bodyUsed, headers }: Request): Promise<void> {
  if (body === null || bodyUsed || body.locked) return;
  const length = Number(headers.get('content-length') ?? 0);
  // Who asked first (RFC 9110 section 10.1.1) sends nothing after a refusal.
  if (length > MOST_BYTES || headers.has('expect')) return;
  const reader = body.getReader();
  try {
    let read = 0;
    while (read <= MOST_BYTES) {
      const { done, value } = await reader.read();
      if (done) return;
      read += costOf(value);
    }
    await reader.cancel();
  } catch {
    // The client left: there is no next request.
  }
}
