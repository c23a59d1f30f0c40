/**
 * Responds to `[/turn]/<status>/<kept or close>/<fin or rst>` as soon as the head has arrived, and reads nothing of
 * the body before. Prints its port.
 */
import { createServer } from 'node:net';

/** What the server does with the connection after the response. */
const ENDINGS = {
  /** Half-closes, and reads on. */
  fin: (/** @type {import('node:net').Socket} */ socket) => void socket.end().resume(),
  /** Closes with the body unread: the system resets the connection when more arrives. */
  rst: (/** @type {import('node:net').Socket} */ socket) => void socket.destroy(),
};

const server = createServer((socket) => {
  socket.on('error', () => {});
  socket.once('data', (bytes) => {
    socket.pause();
    const [, status, close, ending] =
      /^POST (?:\/turn)?\/(\d+)\/(kept|close)\/(fin|rst) /.exec(bytes.toString('latin1')) ?? [];
    const connection = close === 'close' ? 'Connection: close\r\n' : '';
    socket.write(`HTTP/1.1 ${status} No\r\n${connection}Content-Length: 7\r\n\r\nrefused`, () =>
      ENDINGS[ending === 'fin' ? 'fin' : 'rst'](socket),
    );
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') console.log(`port ${address.port}`);
});
