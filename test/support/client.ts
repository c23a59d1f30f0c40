import { type Agent, type IncomingMessage, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { HTTP2, sendOverHttp2 } from './over-http2.ts';

/** A response as it came over the wire: nothing decoded, nothing joined. */
export interface Got {
  readonly status: number;
  readonly reason: string;
  /** As on the wire: name, value, name, value. */
  readonly rawHeaders: readonly string[];
  readonly headers: IncomingMessage['headers'];
  readonly trailers: IncomingMessage['trailers'];
  readonly body: Buffer;
}

export interface Send {
  readonly method?: string;
  /** An array makes repeated fields. */
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Uint8Array;
  /** Sends the body in chunks of so many bytes, without a length. */
  readonly chunks?: number;
  /** `false`: a connection of its own. Default: Node's agent, which keeps connections. */
  readonly agent?: Agent | false;
}

/**
 * Sends a request and reads the response to its end. Not `fetch`, which would resolve the path, add fields and decode
 * the body. Rejects when the response breaks off.
 */
export async function send(url: string, target: string, options: Send = {}): Promise<Got> {
  if (url.startsWith(HTTP2)) return sendOverHttp2(url.replace(HTTP2, 'http:'), target, options);
  const message = await open(url, target, options);
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  if (!message.complete) throw new Error('the response broke off');
  return {
    status: message.statusCode!,
    reason: message.statusMessage!,
    rawHeaders: message.rawHeaders,
    headers: message.headers,
    trailers: message.trailers,
    body: Buffer.concat(parts),
  };
}

/** Like `send`, but the caller reads the body. */
export function open(url: string, target: string, options: Send = {}): Promise<IncomingMessage> {
  const { method = 'GET', headers = {}, body, chunks, agent } = options;
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sized = body !== undefined && chunks === undefined;
    const request = httpRequest(
      {
        hostname,
        port,
        method,
        path: target,
        headers: { ...headers, ...(sized && { 'content-length': Buffer.byteLength(body) }) },
        ...(agent !== undefined && { agent }),
      },
      resolve,
    );
    request.on('error', reject);
    if (chunks !== undefined) {
      const bytes = Buffer.from(body!);
      request.setHeader('transfer-encoding', 'chunked');
      for (let at = 0; at < bytes.length; at += chunks)
        request.write(bytes.subarray(at, at + chunks));
    } else if (body !== undefined) {
      request.write(body);
    }
    request.end();
  });
}

/** What a socket got back: `interim` has the statuses of 1xx responses before the final one. */
export interface Raw {
  readonly interim: readonly number[];
  readonly status: number;
  readonly head: string;
  /** As sent, with any chunk framing. */
  readonly body: string;
}

/** Writes bytes that no HTTP client would, and reads one response, or until the server closes. */
export function sendRaw(port: number, ...texts: readonly string[]): Promise<Raw> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => {
      for (const text of texts) socket.write(Buffer.from(text, 'latin1'));
    });
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      received += text;
      if (isComplete(parse(received))) socket.destroy();
    });
    socket.on('error', (error) => (received === '' ? reject(error) : undefined));
    socket.on('close', () => resolve(parse(received)));
  });
}

function parse(text: string): Raw {
  const interim: number[] = [];
  for (let rest = text; ;) {
    const end = rest.indexOf('\r\n\r\n');
    if (end === -1) return { interim, status: 0, head: rest, body: '' };
    const head = rest.slice(0, end);
    const body = rest.slice(end + 4);
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1] ?? 0);
    if (status < 100 || status >= 200) return { interim, status, head, body };
    interim.push(status);
    rest = body;
  }
}

function isComplete({ status, head, body }: Raw): boolean {
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  if (length !== undefined) return body.length >= Number(length);
  return status === 204 || status === 304 || body.endsWith('0\r\n\r\n');
}
