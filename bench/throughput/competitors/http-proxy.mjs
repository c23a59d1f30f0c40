// @ts-nocheck: its packages are installed for benchmarks only.
/** http-proxy 1.18. */
import { Agent, createServer } from 'node:http';
import httpProxy from 'http-proxy';
import { sendCopy } from './parts/node-copy.mjs';
import { hostname, mirrorOf, port, upstream } from './parts/place.mjs';

const proxy = httpProxy.createProxyServer({
  target: upstream,
  agent: new Agent({ keepAlive: true }),
});
proxy.on('error', (_, __, response) => response.destroy());

createServer((request, response) => {
  const mirror = mirrorOf(request.url);
  if (mirror !== null && request.method === 'GET') sendCopy(mirror, request, null);
  else if (mirror !== null) {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => sendCopy(mirror, request, Buffer.concat(chunks)));
  }
  proxy.web(request, response);
}).listen(port, hostname);
