/**
 * What one peer may send, each in the form that costs a careless reader most, and as many bytes in a
 * plain form. `cut` is how many bytes go out in one write.
 *
 * @typedef {{ readonly bytes: Buffer, readonly cut: number }} Form
 * @typedef {{ readonly name: string, readonly sender: 'client' | 'server', readonly plain: Form, readonly costly: Form }} Input
 */

const ALL = Infinity;
const FIELD_BYTES = 30_000;
const CHUNKS = 100_000;

const request = (/** @type {string} */ fields) =>
  `GET /client HTTP/1.1\r\nHost: gateway.example\r\n${fields}\r\n`;
const response = (/** @type {string} */ fields) =>
  `HTTP/1.1 200 OK\r\nContent-Length: 0\r\n${fields}\r\n`;

const plainField = `X-Plain: ${'a'.repeat(FIELD_BYTES)}\r\n`;
const plainChunks = chunksOf(64 * 1024, CHUNKS * 6);
const tinyChunks = `${'1\r\nx\r\n'.repeat(CHUNKS)}0\r\n\r\n`;
const upload =
  'POST /client HTTP/1.1\r\nHost: gateway.example\r\nTransfer-Encoding: chunked\r\n\r\n';
const download = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';

/** @type {readonly Input[]} */
export const INPUTS = [
  input('client', 'a head byte by byte', request(plainField), request(plainField), 1),
  input('client', 'spaces that are none', request(plainField), request(spaces('Connection'))),
  input('client', 'a number that is none', request(plainField), request(digits('X-Version'))),
  input('client', 'escapes that are none', request(plainField), request(escapes('X-Escapes'))),
  input('client', 'fields without end', request(plainField), request(manyFields(180))),
  input('client', 'tiny chunks', upload + plainChunks, upload + tinyChunks),
  input('server', 'a head byte by byte', response(plainField), response(plainField), 1),
  input('server', 'spaces that are none', response(plainField), response(spaces('Connection'))),
  input('server', 'fields without end', response(plainField), response(manyFields(1500))),
  input('server', 'tiny chunks', download + plainChunks, download + tinyChunks),
];

/**
 * @param {Input['sender']} sender
 * @param {string} name
 * @param {string} plain
 * @param {string} costly
 * @param {number} cut
 * @returns {Input}
 */
function input(sender, name, plain, costly, cut = ALL) {
  const form = (/** @type {string} */ text, /** @type {number} */ size) => ({
    bytes: Buffer.from(text, 'latin1'),
    cut: size,
  });
  return { sender, name, plain: form(plain, ALL), costly: form(costly, cut) };
}

/** A byte that some take for a space, between two words. */
function spaces(/** @type {string} */ name) {
  return `${name}: a${'\xa0'.repeat(FIELD_BYTES)}x\r\n`;
}

function digits(/** @type {string} */ name) {
  return `${name}: ${'1'.repeat(FIELD_BYTES)}x\r\n`;
}

function escapes(/** @type {string} */ name) {
  return `${name}: ${'%ff%'.repeat(FIELD_BYTES / 4)}\r\n`;
}

function manyFields(/** @type {number} */ count) {
  return 'Connection: a,b\r\n'.repeat(count);
}

function chunksOf(/** @type {number} */ size, /** @type {number} */ total) {
  const chunk = `${size.toString(16)}\r\n${'x'.repeat(size)}\r\n`;
  return `${chunk.repeat(Math.floor(total / size))}0\r\n\r\n`;
}
