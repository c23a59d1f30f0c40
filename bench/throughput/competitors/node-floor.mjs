// @ts-nocheck: its packages are installed for benchmarks only.
/** The least that a mirroring proxy on Node can do: `node:http` in front, undici's `dispatch` behind. */
import { createServer } from 'node:http';
import { Pool } from 'undici';
import { endToEnd } from './parts/headers.mjs';
import { hostname, mirrorOf, port, upstream } from './parts/place.mjs';

const primary = new Pool(upstream);
const pools = new Map();

function mirrorPool(origin) {
  let pool = pools.get(origin);
  // Without a limit a mirror that stalls would use up all ports of the machine.
  if (pool === undefined) pools.set(origin, (pool = new Pool(origin, { connections: 128 })));
  return pool;
}

class Relay {
  constructor(response) {
    this.response = response;
  }
  onConnect(abort) {
    this.response.on('close', abort);
  }
  onHeaders(status, rawHeaders, resume, statusText) {
    this.response.on('drain', resume);
    this.response.writeHead(status, statusText, endToEnd(rawHeaders));
    return true;
  }
  onData(chunk) {
    return this.response.write(chunk);
  }
  onComplete() {
    this.response.end();
  }
  onError() {
    if (this.response.headersSent) this.response.destroy();
    else this.response.writeHead(502).end();
  }
}

const IGNORED = {
  onConnect() {},
  onHeaders: () => true,
  onData: () => true,
  onComplete() {},
  onError() {},
};

function forward({ method, url, rawHeaders }, response, body) {
  const options = { method, path: url, headers: endToEnd(rawHeaders), body };
  primary.dispatch(options, new Relay(response));
  const mirror = mirrorOf(url);
  if (mirror !== null) mirrorPool(mirror).dispatch(options, IGNORED);
}

createServer((request, response) => {
  if (request.method === 'GET') {
    forward(request, response, null);
    return;
  }
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    forward(request, response, chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
  });
}).listen(port, hostname);
