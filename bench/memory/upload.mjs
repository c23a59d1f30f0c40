/**
 * `node upload.mjs <url> <uploads> <bytes> <verify>`: sends so many chunked uploads of so many bytes at the same
 * time, each with its own bytes, compares what the upstream got, and prints as JSON what was wrong and how long it
 * took.
 */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { json } from 'node:stream/consumers';

const [url = '', uploads = '1', size = '0', verify] = process.argv.slice(2);
const total = Number(size);
const noise = randomBytes(64 * 1024);
const agent = new Agent({ keepAlive: false });

const began = performance.now();
const wrong = (await Promise.all(Array.from({ length: Number(uploads) }, upload))).flat();
console.log(JSON.stringify({ seconds: (performance.now() - began) / 1000, wrong }));

/**
 * @param {unknown} _
 * @param {number} id
 * @returns {Promise<string[]>} what was wrong
 */
async function upload(_, id) {
  const hash = verify === 'true' ? createHash('sha256') : null;
  const headers = { ...(hash && { 'x-verify': 'yes' }) };
  const request = httpRequest(url, { method: 'POST', headers, agent });
  const responded = once(request, 'response');
  // Awaited only after everything is sent; until then a rejection would be unhandled.
  responded.catch(() => {});
  for (let sent = 0; sent < total; sent += noise.length) {
    const chunk = Buffer.from(noise.subarray(0, Math.min(noise.length, total - sent)));
    // All pieces differ, so that a misplaced piece is noticed.
    chunk.writeUInt32LE(id, 0);
    chunk.writeUInt32LE(sent / noise.length, 4);
    hash?.update(chunk);
    if (!request.write(chunk)) await Promise.race([once(request, 'drain'), responded]);
  }
  request.end();
  const [response] = await responded;
  if (response.statusCode !== 200) return [`upload ${id}: status ${response.statusCode}`];
  const got = /** @type {{ bytes: number, sha256?: string }} */ (await json(response));
  const expected = { bytes: total, sha256: hash?.digest('hex') };
  if (got.bytes === expected.bytes && got.sha256 === expected.sha256) return [];
  return [`upload ${id}: sent ${JSON.stringify(expected)}, arrived ${JSON.stringify(got)}`];
}
