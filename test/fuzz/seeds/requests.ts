/**
 * Valid requests to start from: the examples of RFC 9110 and 9112, and requests of real clients. `{id}`: the
 * request's id.
 */
export const REQUESTS: readonly string[] = [
  'GET /hello/{id} HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: curl/7.64.1\r\nAccept-Language: en, mi\r\n\r\n',
  'GET /{id}?q=1&r=%20 HTTP/1.1\r\nHost: a.example\r\nAccept: */*\r\nX-A: b\r\n\r\n',
  'GET http://www.example.org/pub/{id} HTTP/1.1\r\nHost: www.example.org\r\nX-A: b\r\n\r\n',
  'HEAD /{id} HTTP/1.1\r\nHost: a.example\r\n\r\n',
  'DELETE /{id} HTTP/1.1\r\nHost: a.example\r\nIf-Match: "x"\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nHost: a.example\r\nX-Id: {id}\r\n\r\n',
  'OPTIONS http://a.example:8001 HTTP/1.1\r\nHost: a.example:8001\r\nX-Id: {id}\r\n\r\n',
  'GET /{id} HTTP/1.0\r\n\r\n',
  'GET /{id} HTTP/1.0\r\nHost: a.example\r\nConnection: keep-alive\r\n\r\n',
  'POST /{id} HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello',
  'POST /{id} HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5\r\n\r\nhello',
  'POST /{id} HTTP/1.1\r\nHost: a.example\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n',
  'PUT /{id} HTTP/1.1\r\nhost: a.example\r\ncontent-length: 40\r\nx-a: {id}\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a.example\r\n',
  'POST /{id} HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n',
  'POST /{id} HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\nTE: trailers\r\nConnection: TE\r\n\r\n5;a=b\r\nhello\r\n00a;c="d;e"\r\n0123456789\r\n0\r\nX-Sum: 15\r\nX-Id: {id}\r\n\r\n',
  'PATCH /{id} HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n\r\r\n2\r\n\r\n\r\n0\r\n\r\n',
  'POST /{id} HTTP/1.1\r\nHost: a.example\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello',
  'POST /{id} HTTP/1.1\r\nHost: a.example\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
  'GET /{id} HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3\r\n\r\nabc',
  'GET /{id} HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n',
  'GET /{id} HTTP/1.1\r\nHost: a.example\r\nConnection: keep-alive, X-A\r\nX-A: b\r\nX-B: c\r\nKeep-Alive: timeout=5\r\n\r\n',
  'GET /{id} HTTP/1.1\r\nHost: a.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
  'GET /{id} HTTP/1.1\r\nHost: a.example\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n',
  'GET /{id} HTTP/1.1\r\nHost: [2001:db8::1]:8080\r\nCookie: a=b; c="d"\r\nCookie: e=f\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n',
  'GET /a/../{id}/./b%2Fc?d=../e HTTP/1.1\r\nHost: A.Example:80\r\nX-Mirrored-By: somebody\r\n\r\n',
  'GET /{id} HTTP/1.1\r\nHost: a.example\r\nX-Empty:\r\nX-Spaces: \t a \t \r\nX-Obs: \x80\xff\r\nx-case: Y\r\nX-Case: z\r\n\r\n',
  '\r\nGET /{id} HTTP/1.1\r\nHost: a.example\r\n\r\n',
  'M-SEARCH /{id} HTTP/1.1\r\nHost: a.example\r\nMAN: "ssdp:discover"\r\n\r\n',
  'GET /apisix/admin/routes/{id} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Id: {id}\r\n\r\n',
  'POST /apisix/admin/routes HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\n\r\n{}',
  // Invalid, and known to be ambiguous: one mutation away from the next such request.
  'POST /{id} HTTP/1.1\r\nHost: a.example\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG',
  'POST /{id} HTTP/1.1\r\nHost: a.example\r\nContent-Length: 4\r\nTransfer-Encoding: identity\r\n\r\nabcd',
  'GET /{id} HTTP/1.1\r\nHost: a.example\r\nX-A: b\r\n folded\r\n\r\n',
  // HTTP/2 begins with `PRI * HTTP/2.0`, and is another parser's.
  'PRI * HTTP/1.1\r\nHost: a.example\r\n\r\n',
];
