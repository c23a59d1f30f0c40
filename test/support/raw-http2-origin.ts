import { type AddressInfo, createServer, type Socket } from 'node:net';
import { FLAG, FRAME, frame, PREFACE, RawHttp2 } from './http2-frames.ts';

/** The head of a response with status 200: its index in the static table (RFC 7541 appendix A). */
export const OK_HEAD = frame(FRAME.HEADERS, FLAG.END_HEADERS, 1, Buffer.of(0x88));

/** What a server may go on with that HTTP/2 does not allow, and that each runtime notices. */
export const NOT_HTTP2 = {
  'a response of HTTP/1.1': Buffer.from('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'),
  'bytes that mean nothing': Buffer.alloc(100, 0xff),
  'zeros, which are DATA of no stream': Buffer.alloc(100),
  'a frame that is too long': frame(FRAME.DATA, 0, 1, Buffer.alloc(20_000)),
  'fields that nobody can unpack': frame(FRAME.HEADERS, FLAG.END_HEADERS, 1, Buffer.alloc(9, 0xff)),
  'a window that does not grow': frame(FRAME.WINDOW_UPDATE, 0, 0, Buffer.alloc(4)),
} as const;

/** A server on a loopback port that begins with HTTP/2. */
export interface RawHttp2Origin {
  /** `grpc://127.0.0.1:port`, as a mirror. */
  readonly url: string;
  /** `127.0.0.1:port`, as an upstream's node. */
  readonly node: string;
  /** Connections that are open. */
  readonly open: ReadonlySet<Socket>;
  close(): void;
}

/** @param response what it sends once the first request of a connection has come */
export async function rawHttp2Origin(response: Uint8Array): Promise<RawHttp2Origin> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    const raw = new RawHttp2(socket, PREFACE.length);
    raw.send(frame(FRAME.SETTINGS, 0, 0));
    raw
      .until(({ type }) => type === FRAME.HEADERS, 'a request')
      .then(
        () => raw.send(response),
        () => {},
      );
  });
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  const node = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `grpc://${node}`,
    node,
    open,
    close() {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}
