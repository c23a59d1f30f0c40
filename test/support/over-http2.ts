import type { ClientHttp2Session } from 'node:http2';
import type { TestServerRuntime } from '../runtimes/runtime.ts';
import type { Got, Send } from './client.ts';
import { begin, http2, responseOf } from './http2-client.ts';

/** The scheme by which `send` knows that it is to speak HTTP/2, by prior knowledge. */
export const HTTP2 = 'h2c:';

/** The same runtime, whose gateways get requests of `send` over HTTP/2. */
export function overHttp2(runtime: TestServerRuntime): TestServerRuntime {
  return {
    ...runtime,
    async start(options) {
      const gateway = await runtime.start(options);
      return { ...gateway, url: gateway.url.replace('http:', HTTP2) };
    },
  };
}

/** What `send` does. Requests to one gateway share a connection, unless one is to have its own. */
export async function sendOverHttp2(url: string, target: string, options: Send): Promise<Got> {
  if (options.agent !== false) return sendOver(await shared(url), target, options);
  const session = await opened(url);
  try {
    return await sendOver(session, target, options);
  } finally {
    session.close();
  }
}

const sessions = new Map<string, Promise<ClientHttp2Session>>();

function shared(url: string): Promise<ClientHttp2Session> {
  let session = sessions.get(url);
  if (session === undefined) {
    session = opened(url);
    sessions.set(url, session);
    const forget = () => void (sessions.get(url) === session && sessions.delete(url));
    // A gateway that stops says so before it closes the connection.
    session.then((one) => one.once('goaway', forget).once('close', forget), forget);
  }
  return session;
}

async function opened(url: string): Promise<ClientHttp2Session> {
  const session = await http2(url);
  return session.on('error', () => {});
}

async function sendOver(session: ClientHttp2Session, target: string, options: Send): Promise<Got> {
  const { method = 'GET', headers = {}, body, chunks } = options;
  const bytes = body === undefined ? undefined : Buffer.from(body);
  const { host, ...fields } = headers;
  const stream = begin(session, target, {
    method,
    headers: { ...fields, ...(host !== undefined && { ':authority': host }) },
    ...(bytes && { body: bytes, chunked: chunks !== undefined }),
  });
  const got = responseOf(stream);
  if (bytes !== undefined) {
    const size = chunks ?? Math.max(bytes.byteLength, 1);
    for (let at = 0; at < bytes.byteLength; at += size) stream.write(bytes.subarray(at, at + size));
    stream.end();
  }
  const { headers: all, rawHeaders, ...rest } = await got;
  const { ':status': _, ...known } = all as Record<string, string>;
  return { ...rest, headers: known, rawHeaders: rawHeaders.slice(2) };
}
