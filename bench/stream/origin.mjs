/**
 * An upstream in a process of its own: responds to `GET /<bytes>` with a body of that size as fast as it is accepted;
 * reads uploads with pauses, and responds with what arrived.
 */
import { createServer } from 'node:http';
import { readWithPauses, write } from './bytes.mjs';

const server = createServer((request, response) => {
  if (request.method === 'POST') {
    void readWithPauses(request).then((got) => response.end(JSON.stringify(got)));
    return;
  }
  const total = Number(request.url?.slice(1));
  response.setHeader('content-length', total);
  write(response, total);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') console.log(`port ${address.port}`);
});
