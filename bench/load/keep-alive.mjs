/**
 * `node keep-alive.mjs <url> <connections> <seconds>`: requests a URL over so many connections, one request after
 * another on each, on bare sockets, and prints a `LoadResult` as JSON.
 */
import { connect } from 'node:net';

const [address = '', connections = '1', seconds = '1'] = process.argv.slice(2);
const { hostname, port, pathname, host } = new URL(address);
const REQUEST = Buffer.from(`GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);

/** Milliseconds of each completed request. */
const took = /** @type {number[]} */ ([]);
let wrong = 0;

const began = performance.now();
const end = began + Number(seconds) * 1000;
await Promise.all(Array.from({ length: Number(connections) }, client));
const elapsed = (performance.now() - began) / 1000;
took.sort((a, b) => a - b);
const result = {
  requestsPerSecond: took.length / elapsed,
  p99: took[Math.floor(took.length * 0.99)] ?? Infinity,
  wrong,
};
console.log(JSON.stringify(result));

/**
 * A connection that breaks counts as one wrong request and is not opened again: the run is invalid.
 * @returns {Promise<void>}
 */
function client() {
  return new Promise((resolve) => {
    let text = '';
    let sent = 0;
    const next = () => {
      if (performance.now() >= end) {
        socket.destroy();
        return;
      }
      sent = performance.now();
      socket.write(REQUEST);
    };
    const socket = connect(Number(port), hostname, next);
    // A gateway that never responds must not keep the run from ending.
    socket.setTimeout(Number(seconds) * 1000 + 5000, () =>
      socket.destroy(new Error('no response')),
    );
    socket.setNoDelay(true);
    socket.setEncoding('latin1');
    socket.on('data', (part) => {
      text += part;
      if (!isComplete(text)) return;
      if (text.startsWith('HTTP/1.1 200 ')) took.push(performance.now() - sent);
      else wrong += 1;
      text = '';
      next();
    });
    socket.on('end', () => (wrong += 1));
    socket.on('error', () => (wrong += 1));
    socket.on('close', () => resolve());
  });
}

/**
 * @param {string} text
 * @returns {boolean}
 */
function isComplete(text) {
  const head = text.indexOf('\r\n\r\n');
  if (head === -1) return false;
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, head))?.[1];
  if (length !== undefined) return text.length >= head + 4 + Number(length);
  return text.endsWith('\r\n0\r\n\r\n');
}
