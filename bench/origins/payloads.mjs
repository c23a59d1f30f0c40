/**
 * `node payloads.mjs <folder> <codings>`: responds to a target with the file of its last segment, as JSON. The codings are
 * JSON: for the name of each packed file its content coding.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename, join } from 'node:path';

const [folder = '', json = '{}'] = process.argv.slice(2);
const codings = /** @type {Record<string, string>} */ (JSON.parse(json));
const bodies = new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));

const server = createServer((request, response) => {
  request.resume();
  const name = basename(request.url ?? '');
  const body = bodies.get(name);
  response.writeHead(body === undefined ? 404 : 200, {
    'content-type': 'application/json',
    'content-length': body?.length ?? 0,
    ...(codings[name] !== undefined && { 'content-encoding': codings[name] }),
  });
  response.end(body);
});
server.listen(0, '127.0.0.1', 4096, () => {
  const address = server.address();
  if (typeof address === 'object') console.log(`port ${address?.port}`);
});
