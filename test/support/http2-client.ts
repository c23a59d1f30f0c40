import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type SecureClientSessionOptions,
} from 'node:http2';
import type { Got } from './client.ts';

/** A response over HTTP/2. It has no reason phrase. */
export interface Http2Got extends Got {
  readonly interim: readonly IncomingHttpHeaders[];
}

export interface Ask {
  readonly method?: string;
  /** `:authority` and `host` as well. */
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Uint8Array;
  /** Sends no Content-Length. Default: false. */
  readonly chunked?: boolean;
  readonly trailers?: OutgoingHttpHeaders;
}

/** Opens a connection over HTTP/2: in clear for `http:`, by ALPN for `https:`. Rejects if that fails. */
export function http2(
  url: string,
  options: SecureClientSessionOptions = {},
): Promise<ClientHttp2Session> {
  return new Promise((resolve, reject) => {
    const session = connect(url, options);
    session.once('remoteSettings', () => resolve(session)).once('error', reject);
  });
}

/** Begins a request, whose body and response are left to the caller. */
export function begin(
  session: ClientHttp2Session,
  target: string,
  options: Ask = {},
): ClientHttp2Stream {
  const { method = 'GET', headers = {}, body, trailers, chunked = false } = options;
  const sized = body !== undefined && !chunked;
  const stream = session.request(
    {
      ':method': method,
      ':path': target,
      ...headers,
      ...(sized && { 'content-length': Buffer.byteLength(body) }),
    },
    {
      endStream: body === undefined && trailers === undefined,
      waitForTrailers: trailers !== undefined,
    },
  );
  if (trailers !== undefined) stream.once('wantTrailers', () => stream.sendTrailers(trailers));
  stream.on('error', () => {}); // `close` tells.
  return stream;
}

/** Sends a request and reads the response to its end. Rejects with the name of the code when the stream is reset. */
export async function ask(
  session: ClientHttp2Session,
  target: string,
  options: Ask = {},
): Promise<Http2Got> {
  const stream = begin(session, target, options);
  const got = responseOf(stream);
  if (options.body !== undefined || options.trailers !== undefined) stream.end(options.body);
  return got;
}

/** Reads a response to its end. Rejects with the name of the code when the stream is reset. */
export function responseOf(stream: ClientHttp2Stream): Promise<Http2Got> {
  const interim: IncomingHttpHeaders[] = [];
  const parts: Buffer[] = [];
  let head: IncomingHttpHeaders = {};
  let rawHeaders: readonly string[] = [];
  let trailers: IncomingHttpHeaders = {};
  stream.on('headers', (fields) => interim.push(fields));
  stream.on('response', (...[fields, , raw]: [IncomingHttpHeaders, number, string[]?]) => {
    head = fields;
    rawHeaders = raw ?? [];
  });
  stream.on('trailers', (fields) => (trailers = fields));
  stream.on('data', (part: Buffer) => parts.push(part));
  // Node's client keeps a stream open that was reset without an error while there was more to send.
  stream.once('end', () => setImmediate(() => void (stream.closed && stream.destroy())));
  return new Promise((resolve, reject) => {
    stream.once('close', () => {
      const { rstCode } = stream;
      const status = Number(head[':status'] ?? 0);
      if (rstCode !== constants.NGHTTP2_NO_ERROR || status === 0)
        return reject(new Error(`reset: ${codeName(rstCode)}`));
      resolve({
        status,
        reason: '',
        rawHeaders,
        headers: head as Http2Got['headers'],
        trailers: trailers as Http2Got['trailers'],
        body: Buffer.concat(parts),
        interim,
      });
    });
  });
}

/** The name of an error code: `INTERNAL_ERROR`. */
export function codeName(code: number | undefined): string {
  return (
    Object.entries(constants)
      .find(([name, value]) => value === code && ERROR.test(name))?.[0]
      .replace('NGHTTP2_', '') ?? String(code)
  );
}

/** `constants` has other numbers as well. */
const ERROR =
  /^NGHTTP2_(?:NO_ERROR|PROTOCOL_ERROR|INTERNAL_ERROR|FLOW_CONTROL_ERROR|SETTINGS_TIMEOUT|STREAM_CLOSED|FRAME_SIZE_ERROR|REFUSED_STREAM|CANCEL|COMPRESSION_ERROR|ENHANCE_YOUR_CALM)$/;
