/**
 * `node bare.mjs <port of HTTP/1.1> <port of HTTP/2> <port of the upstream>`: the least that a proxy on Node can do about
 * floods: `node:http` and `node:http2` in one process with their own limits, and `node:http` behind.
 */
import { Agent, createServer, request } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';

const [http1, http2, upstream] = process.argv.slice(2).map(Number);
const agent = new Agent({ keepAlive: true });

/**
 * @param {import('node:http').IncomingMessage | import('node:http2').Http2ServerRequest} incoming
 * @param {import('node:http').ServerResponse | import('node:http2').Http2ServerResponse} outgoing
 */
function forward({ method, url, headers }, outgoing) {
  const fields = Object.entries(headers).filter(([name]) => !name.startsWith(':'));
  const asked = request(
    { port: upstream, agent, method, path: url, headers: Object.fromEntries(fields) },
    (response) => {
      const own = Object.entries(response.headers).filter(([name]) => name !== 'connection');
      outgoing.writeHead(response.statusCode ?? 502, Object.fromEntries(own));
      response.pipe(/** @type {import('node:http').ServerResponse} */ (outgoing));
    },
  );
  asked.on('error', () => outgoing.destroy());
  outgoing.on('close', () => asked.destroy());
  asked.end();
}

createServer(forward).listen(http1, '127.0.0.1');
createHttp2Server(forward).listen(http2, '127.0.0.1');
