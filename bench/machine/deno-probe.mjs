/**
 * As `node-probe.mjs`, for Deno: loaded with `--preload`, and told its port by its own address, as a
 * gateway on Deno may neither read other variables nor open a socket in a folder.
 */
import { createServer } from 'node:net';

const port = Number(new URL(import.meta.url).searchParams.get('port'));

createServer((socket) => {
  socket.on('error', () => {});
  // There because of `--expose-gc`.
  globalThis.gc?.();
  // Array buffers are part of `external` there.
  const { heapUsed, external } = process.memoryUsage();
  socket.end(String(heapUsed + external));
})
  .listen(port, '127.0.0.1')
  .unref();
