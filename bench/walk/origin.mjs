/** A server that can hold its responses back. Posts its port, and then the number of held responses. */
import { createServer } from 'node:http';
import { parentPort } from 'node:worker_threads';

/** @type {import('node:http').ServerResponse[]} */
const waiting = [];
let held = false;

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    if (held) parentPort?.postMessage({ kept: waiting.push(response) });
    else response.end('ok');
  });
});
server.listen(0, '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  parentPort?.postMessage({ port });
});

parentPort?.on('message', (message) => {
  ({ held } = message);
  if (!held) for (const response of waiting.splice(0)) response.end('ok');
});
