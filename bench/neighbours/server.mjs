/** Responds to targets that end in `/<number of an input>/<form>` with the bytes of that input, and prints its port. */
import { createServer } from 'node:net';
import { INPUTS } from './inputs.mjs';
import { write } from './write.mjs';

const server = createServer((socket) => {
  socket.setNoDelay(true);
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    for (const [, index, form] of bytes
      .toString('latin1')
      .matchAll(/^GET \S*\/(\d+)\/(plain|costly) /gm))
      write(socket, INPUTS[Number(index)]?.[form === 'plain' ? 'plain' : 'costly']);
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') console.log(`port ${address.port}`);
});
