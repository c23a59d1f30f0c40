/**
 * A mirror that responds to requests after three seconds, in a process with the lowest priority: it stands for
 * another machine. `/status` shows how many requests arrived and how many are open.
 */
import { createServer } from 'node:http';
import { takeLowestPriority } from '../machine/low-priority.mjs';

const DELAY_MS = 3000;

takeLowestPriority();
let requests = 0;
let open = 0;

const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
  if (request.url === '/status') {
    response.end(JSON.stringify({ requests, open }));
    return;
  }
  requests += 1;
  open += 1;
  request.resume();
  const timer = setTimeout(() => response.end('{"message":"hello, world!"}'), DELAY_MS);
  response.on('close', () => {
    open -= 1;
    clearTimeout(timer);
  });
});
server.listen(0, '127.0.0.1', 4096, () => {
  const address = server.address();
  if (typeof address === 'object') console.log(`port ${address?.port}`);
});
