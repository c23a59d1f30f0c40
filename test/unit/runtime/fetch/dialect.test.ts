import { expect, it } from 'vitest';
import { messageOf } from '../../../../src/runtime/fetch/dialect.ts';
import { PLAIN } from '../../../../src/runtime/fetch/index.ts';

/** What fetch rejects with, as seen: the cause's code and text on Node, the error's own elsewhere. */
function failed(code: string, text: string): Error {
  const cause = Object.assign(new Error(text), code !== '' && { code });
  return new TypeError('fetch failed', { cause });
}

const sent = (what: string) =>
  `error sending request for http://127.0.0.1:1999/TLS/ECONNREFUSED (127.0.0.1:1999): client error ${what}`;

it.each([
  ['connect', 'ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:1'],
  ['connect', '', sent('(Connect): tcp connect error: Connection refused (os error 111)')],
  ['connect', '', sent('(Connect): Connection reset by peer (os error 104)')],
  ['connect', 'ECONNREFUSED', ''],
  ['dns', 'ENOTFOUND', 'getaddrinfo ENOTFOUND nobody.invalid'],
  ['dns', '', sent('(Connect): dns error: failed to lookup address information')],
  ['timeout', 'UND_ERR_CONNECT_TIMEOUT', 'Connect Timeout Error'],
  ['tls', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate'],
  ['tls', '', sent('(Connect): tls handshake eof')],
  ['tls', '', sent('(Connect): received corrupt message of type InvalidContentType')],
  ['protocol', 'HPE_INVALID_CONSTANT', 'Response does not match the HTTP/1.1 protocol'],
  ['protocol', 'Malformed_HTTP_Response', 'Malformed_HTTP_Response fetching "http://a/"'],
  ['protocol', '', sent('(SendRequest): invalid HTTP version parsed')],
  ['protocol', '', sent('(SendRequest): invalid content-length parsed')],
  ['reset', 'ECONNRESET', 'read ECONNRESET'],
  ['reset', 'UND_ERR_SOCKET', 'other side closed'],
])('%s: %s %s', (kind, code, text) => {
  expect(PLAIN.kindOf(failed(code, text))).toBe(kind);
});

it('takes nothing from the URL, which is of the client’s choice', () => {
  const text = sent('(SendRequest): connection closed before message completed');
  expect(PLAIN.kindOf(failed('', text))).toBe('reset');
});

it('takes what is no error for a broken exchange', () => {
  expect(PLAIN.kindOf('ECONNABORTED')).toBe('reset');
});

it('says for logs what went wrong, and nothing of the URL', () => {
  const text = 'error sending request for url (http://a.example/x?token=secret): client error';
  expect(messageOf(failed('', text))).toBe(
    'fetch failed: error sending request for url (its URL client error',
  );
  const bun = new TypeError('Malformed_HTTP_Response fetching "http://a/?token=secret". For more');
  expect(messageOf(bun)).toBe('Malformed_HTTP_Response fetching "its URL". For more');
  expect(messageOf('left')).toBe('left');
});
