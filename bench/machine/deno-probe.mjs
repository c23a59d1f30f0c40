/**
 * As `node-probe.mjs`, for Deno: loaded with `--preload`, and told its port by its own address, as a
 * gateway on Deno may neither read other variables nor open a socket in a folder.
 */
import { createServer } from 'node:net';

/** Buffers are freed on a thread of their own. */
const GIVE_BACK_MILLISECONDS = 200;

const port = Number(new URL(import.meta.url).searchParams.get('port'));

createServer((socket) => {
  socket.on('error', () => {});
  // There because of `--expose-gc`. What the first finds to be garbage, the second gives back.
  globalThis.gc?.();
  setTimeout(() => {
    globalThis.gc?.();
    // Array buffers are part of `external` there.
    const { heapUsed, external } = process.memoryUsage();
    socket.end(String(heapUsed + external));
  }, GIVE_BACK_MILLISECONDS);
})
  .listen(port, '127.0.0.1')
  .unref();
