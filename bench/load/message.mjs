/**
 * The bytes of a request: a GET, or with a body a POST.
 *
 * @param {URL} url
 * @param {number} bytes of the body; 0: a GET
 * @returns {Buffer}
 */
export function requestMessage({ pathname, host }, bytes) {
  const line = `${bytes === 0 ? 'GET' : 'POST'} ${pathname} HTTP/1.1\r\nHost: ${host}\r\n`;
  if (bytes === 0) return Buffer.from(`${line}\r\n`);
  const head = `${line}Content-Type: application/octet-stream\r\nContent-Length: ${bytes}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), Buffer.alloc(bytes, 'x')]);
}
