/**
 * `node client.mjs <url> <download|upload> <bytes>`: reads a body with pauses, or sends one as fast as it is
 * accepted, and prints as JSON what was wrong and how long it took.
 */
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { json } from 'node:stream/consumers';
import { readWithPauses, whole, write } from './bytes.mjs';

const [url = '', direction, size = '0'] = process.argv.slice(2);
const total = Number(size);
const expected = whole(total);
const began = performance.now();
const request = httpRequest(`${url}/${total}`, {
  agent: false,
  method: direction === 'upload' ? 'POST' : 'GET',
  headers: direction === 'upload' ? { 'content-length': total } : {},
});
const responded = once(request, 'response');
if (direction === 'upload') write(request, total);
else request.end();
const [response] = await responded;
const got = /** @type {{ bytes: number, sha256: string }} */ (
  direction === 'upload' ? await json(response) : await readWithPauses(response)
);
const seconds = (performance.now() - began) / 1000;
const same = got.bytes === expected.bytes && got.sha256 === expected.sha256;
const wrong = same ? [] : [`sent ${JSON.stringify(expected)}, arrived ${JSON.stringify(got)}`];
console.log(JSON.stringify({ seconds, wrong }));
