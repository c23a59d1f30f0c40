/**
 * Like `node-probe.mjs`, for Deno: loaded with `--preload`. Its port is in its own URL, as a gateway on Deno may
 * neither read other variables nor open a socket in a folder.
 */
import { createServer } from 'node:net';

/** Buffers are freed on another thread. */
const FREE_MS = 200;

const port = Number(new URL(import.meta.url).searchParams.get('port'));

createServer((socket) => {
  socket.on('error', () => {});
  // Exists because of `--expose-gc`. The second collection frees what the first one found.
  globalThis.gc?.();
  setTimeout(() => {
    globalThis.gc?.();
    // Array buffers are part of `external` there.
    const { heapUsed, external } = process.memoryUsage();
    socket.end(String(heapUsed + external));
  }, FREE_MS);
})
  .listen(port, '127.0.0.1')
  .unref();
