/**
 * A gateway whose event loop can be kept busy. Each connection to a second port sends pairs of bytes: how, and for
 * how many milliseconds. 0: in the callback of that socket, before the callbacks of other readable sockets; 1: in a
 * timer.
 */
import { createServer } from 'node:net';
import { runtime as create } from '#runtime';

/** Deno runs the sources, the other runtimes the build. */
const BUILT = new URL('../../dist/index.js', import.meta.url).href;
const { createGateway } = await ('Deno' in globalThis
  ? import('../../src/index.ts')
  : import(BUILT));

const runtime = create();
const gateway = createGateway({ runtime, adminKey: 'test-key' });
const { port } = await runtime.listen({ app: gateway, hostname: '127.0.0.1', port: 0 });

/** @param {number} milliseconds */
function keepBusy(milliseconds) {
  for (const end = performance.now() + milliseconds; performance.now() < end;);
}
const server = createServer((socket) => {
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    const [how = 0, milliseconds = 0] = bytes;
    if (how === 0) keepBusy(milliseconds);
    else setTimeout(keepBusy, 0, milliseconds);
  });
});
server.listen(0, '127.0.0.1', () => {
  const { port: busyPort } = /** @type {import('node:net').AddressInfo} */ (server.address());
  console.log(`ports ${port} ${busyPort}`);
});
