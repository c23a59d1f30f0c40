/**
 * An upstream that reads uploads of any size, in a process of its own. It responds with the number of bytes and, to
 * requests with `x-verify`, their SHA-256.
 */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

const server = createServer((request, response) => {
  const hash = request.headers['x-verify'] === undefined ? null : createHash('sha256');
  let bytes = 0;
  request.on('data', (chunk) => {
    bytes += chunk.length;
    hash?.update(chunk);
  });
  request.on('end', () => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ bytes, sha256: hash?.digest('hex') }));
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') console.log(`port ${address.port}`);
});
