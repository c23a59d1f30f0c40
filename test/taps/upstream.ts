import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const JSON_TEXT = JSON.stringify({ items: Array.from({ length: 500 }, (_, id) => ({ id })) });
const LIMIT_BYTES = 256 * 1024;
const PIECE = Buffer.alloc(1024 * 1024, 'x');

type Respond = (response: ServerResponse, request: IncomingMessage, upstream: Upstream) => void;

function send(headers: Readonly<Record<string, string>>, body: string | Buffer): Respond {
  return (response) => response.writeHead(200, headers).end(body);
}
const sized = (body: string | Buffer, headers = {}): Respond =>
  send({ 'content-length': String(body.length), ...headers }, body);

/** Responses, by name. Upstream and mirror are the same server. */
const RESPONSES: Readonly<Record<string, Respond>> = {
  text: sized('hello', { 'content-type': 'text/plain', 'x-one': '1' }),
  empty: sized('', { 'content-type': 'text/plain' }),
  gzip: sized(gzipSync(JSON_TEXT), { 'content-encoding': 'gzip' }),
  br: sized(brotliCompressSync(JSON_TEXT), { 'content-encoding': 'br' }),
  'gzip-in-chunks': (response) => {
    const bytes = gzipSync(JSON_TEXT);
    response.writeHead(200, { 'content-encoding': 'gzip' });
    response.write(bytes.subarray(0, 10));
    setImmediate(() => response.end(bytes.subarray(10)));
  },
  'as-much-as-wanted': sized('x'.repeat(LIMIT_BYTES)),
  'too-much': sized('x'.repeat(LIMIT_BYTES + 1)),
  'too-much-in-chunks': (response) => {
    for (let i = 0; i < 3; i++) response.write(PIECE);
    response.end();
  },
  trailers: (response) => {
    response.writeHead(200, { trailer: 'x-sum' });
    response.write('with ');
    response.addTrailers({ 'x-sum': '1' });
    response.end('trailers');
  },
  slow: (response) => {
    response.writeHead(200, { 'content-length': '10' });
    response.write('slow ');
    setTimeout(() => response.end('bytes'), 50);
  },
  'no-content': (response) => response.writeHead(204).end(),
  'not-modified': (response) => response.writeHead(304, { etag: '"1"' }).end(),
  'not-found': (response) => response.writeHead(404, { 'content-length': '4' }).end('none'),
  redirect: (response) => response.writeHead(302, { location: '/a', 'content-length': '0' }).end(),
  hinted: (response) => {
    response.writeEarlyHints({ link: '</a>; rel=preload' });
    response.writeHead(200, { 'content-length': '6' }).end('hinted');
  },
  /** One event for each call of `next`. */
  events: (response, _, upstream) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 0\n\n');
    upstream.waiting.add(response);
    response.on('close', () => upstream.waiting.delete(response));
  },
  breaks: (response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('part', () => response.destroy());
  },
  endless: (response, _, upstream) => {
    response.writeHead(200).write('on and on');
    // A Worker sees only that nobody takes what it sends.
    const ticks = setInterval(() => response.write('on and on'), 20);
    response.on('close', () => {
      clearInterval(ticks);
      upstream.left += 1;
    });
  },
  /** 1 GiB, or as many MiB as the query says. */
  long: (response, request) => {
    let left = Number(new URL(request.url!, 'http://x').search.slice(1) || 1024);
    response.writeHead(200);
    const write = () => {
      while (left-- > 0) if (!response.write(PIECE)) return void response.once('drain', write);
      response.end();
    };
    write();
  },
};

/** A server whose responses are recorded. */
export interface Upstream {
  readonly node: string;
  /** Responses of event streams that are open. */
  readonly waiting: Set<ServerResponse>;
  /** Endless responses that were closed. */
  left: number;
  close(): Promise<void>;
}

export async function startUpstream(): Promise<Upstream> {
  const server = createServer((request, response) => {
    const name = /^\/up\/([^?]*)/.exec(request.url!)?.[1] ?? '';
    response.sendDate = false;
    const respond = RESPONSES[name] ?? RESPONSES['not-found']!;
    respond(response, request, self);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const self: Upstream = {
    node: `127.0.0.1:${port}`,
    waiting: new Set(),
    left: 0,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return self;
}
