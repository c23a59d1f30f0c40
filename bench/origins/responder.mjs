/**
 * A server with one small response, in a process of its own: bare sockets, so that it uses less of its core than the
 * subject. Accepts requests without a body, one at a time on each connection.
 */
import { createServer } from 'node:net';

const BODY = '{"message":"hello, world!"}';
const ANSWER = Buffer.from(
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`,
);

const server = createServer((socket) => {
  socket.setNoDelay(true);
  socket.on('error', () => {});
  let tail = '';
  socket.on('data', (bytes) => {
    tail += bytes.toString('latin1');
    if (!tail.endsWith('\r\n\r\n')) return;
    tail = '';
    socket.write(ANSWER);
  });
});
server.listen(0, '127.0.0.1', 4096, () => {
  const address = server.address();
  if (typeof address === 'object') console.log(`port ${address?.port}`);
});
