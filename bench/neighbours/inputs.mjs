/**
 * What one peer may send: each input in the form that costs a naive parser most, and in a plain form of equal length.
 * `cut` is how many bytes go out in one write; `closes` says that the other side closes the connection after the last
 * response.
 *
 * @typedef {{ readonly bytes: Buffer, readonly cut: number, readonly closes: boolean }} Form
 * @typedef {{ readonly name: string, readonly sender: 'client' | 'server', readonly plain: Form, readonly costly:
 * Form }} Input
 */

const ALL = Infinity;

/** Below the limit of a head. */
const HEAD_BYTES = 30_000;

const CHUNKS = 100_000;

/** @type {(target: string, fields?: string) => string} */
const get = (target, fields = '') =>
  `GET ${target} HTTP/1.1\r\nHost: gateway.example\r\n${fields}\r\n`;
const upload = 'POST /client HTTP/1.1\r\nHost: gateway.example\r\n';
const ok = 'HTTP/1.1 200 OK\r\n';
const empty = 'Content-Length: 0\r\n';
const CLOSE = 'Connection: close\r\n\r\n';
const chunked = 'Transfer-Encoding: chunked\r\n\r\n';

/** @type {(name: string, part: string, end?: string) => string} */
const field = (name, part, end = '') =>
  `${name}: ${part.repeat(HEAD_BYTES / part.length)}${end}\r\n`;

const long = field('X-Plain', 'a');
const tinyChunks = `${chunked}${'1\r\nx\r\n'.repeat(CHUNKS)}0\r\n\r\n`;
/** As many bytes of extensions as a body may have. */
const extendedChunks = `${chunked}${'1;a\r\nx\r\n'.repeat(8000)}0\r\n\r\n`;
const trailers = `${chunked}0\r\n${`X-Trailer: ${'a'.repeat(280)}\r\n`.repeat(100)}\r\n`;

/** @type {readonly Input[]} */
export const INPUTS = [
  client('a head byte by byte', get('/client', long), 1),
  client('spaces that are none', get('/client', field('Connection', '\xa0', 'x'))),
  client('names in Connection', get('/client', field('Connection', 'a,'))),
  client('addresses that are none', get('/client', field('X-Forwarded-For', ' ,'))),
  client('many fields', get('/client', 'Connection: a,b\r\n'.repeat(180))),
  client('a number that is none', get('/number', field('X-Version', '1', 'x'))),
  client('a repeat in a repeat', get('/pattern', field('X-Letters', 'a', '!'))),
  client('cookies without a name', get('/cookie', field('Cookie', ' ;'))),
  client('escapes that are none', get(`/client/${'%ff/'.repeat(1900)}`)),
  client('steps up', get(`/client${'/a/%2e%2E'.repeat(850)}`)),
  client('tiny chunks', `${upload}${tinyChunks}`),
  client('chunk extensions', `${upload}${extendedChunks}`),
  client('trailers', `${upload}${trailers}`),
  client('requests that come together', nobodys(700)),
  server('a head byte by byte', `${ok}${empty}${long}\r\n`, 1),
  server('spaces that are none', `${ok}${empty}${field('Connection', '\xa0', 'x')}\r\n`),
  server('many fields', `${ok}${empty}${'a:\r\n'.repeat(199)}\r\n`),
  server('lines that end in LF', `${ok}${empty}${'a:\n'.repeat(199)}\n`),
  server('interim responses', `${interim(32)}${ok}${empty}\r\n`),
  server('tiny chunks', `${ok}${tinyChunks}`),
  server('chunk extensions', `${ok}${extendedChunks}`),
  server('trailers', `${ok}${trailers}`),
];

/** Inputs that workerd parses itself, or refuses: a Worker does not see how they arrived, or not all of them. */
export const NOT_FOR_WORKERS = new Set([
  'a head byte by byte',
  'chunk extensions',
  'interim responses',
  'requests that come together',
  'trailers',
]);

/** @type {(name: string, costly: string, cut?: number) => Input} */
function client(name, costly, cut = ALL) {
  const target = / (\/\w+)/.exec(costly)?.[1] ?? '';
  const head = costly.startsWith('POST') ? upload : get(target).slice(0, -2);
  return { sender: 'client', name, ...forms(head, costly, cut) };
}

/** @type {(name: string, costly: string, cut?: number) => Input} */
function server(name, costly, cut = ALL) {
  return { sender: 'server', name, ...forms(`${ok}`, costly, cut) };
}

/** @type {(head: string, costly: string, cut: number) => Pick<Input, 'plain' | 'costly'>} */
function forms(head, costly, cut) {
  const plain = costly.includes(chunked)
    ? body(head, costly.length)
    : padded(head.startsWith(ok) ? `${head}${empty}` : head, costly.length);
  return { plain: form(plain, ALL), costly: form(costly, cut) };
}

/** @type {(text: string, cut: number) => Form} */
function form(text, cut) {
  return { bytes: Buffer.from(text, 'latin1'), cut, closes: text.endsWith(CLOSE) };
}

/** Pads a head with one long field to the given length. */
function padded(/** @type {string} */ head, /** @type {number} */ length) {
  const [before, after] = [`${head}X-Plain: `, '\r\n\r\n'];
  return before + 'a'.repeat(Math.max(0, length - before.length - after.length)) + after;
}

/** Adds chunks of usual sizes up to the given length, but for a few bytes. */
function body(/** @type {string} */ head, /** @type {number} */ length) {
  let text = `${head}${chunked}`;
  for (let size; (size = Math.min(64 * 1024, length - text.length - 20)) > 0;)
    text += `${size.toString(16)}\r\n${'x'.repeat(size)}\r\n`;
  return `${text}0\r\n\r\n`;
}

/** Requests that match no route. The last one closes the connection, since responses are not counted. */
function nobodys(/** @type {number} */ count) {
  const one = 'GET /nobody HTTP/1.1\r\nHost: a\r\n';
  return `${`${one}\r\n`.repeat(count)}${one}${CLOSE}`;
}

function interim(/** @type {number} */ count) {
  return `HTTP/1.1 103 Early Hints\r\n${'a:\r\n'.repeat(200)}\r\n`.repeat(count);
}
