import { describe, expect, it } from 'vitest';
import { passableTrailers } from '../../../src/http/trailers.ts';

describe('trailers', () => {
  it.each([
    'Content-Length',
    'TRANSFER-ENCODING',
    'host',
    'Connection',
    'TE',
    'Upgrade',
    'Keep-Alive',
    'Trailer',
    'Authorization',
    'Cookie',
    'Set-Cookie',
    'Content-Encoding',
    'Content-Type',
    'Content-Range',
    'If-None-Match',
    'Range',
    'Cache-Control',
    'Expect',
    'Max-Forwards',
    'Pragma',
    'Proxy-Authenticate',
    'Proxy-Authorization',
    'WWW-Authenticate',
    'Age',
    'Date',
    'Expires',
    'Location',
    'Retry-After',
    'Vary',
    'Warning',
    'X-Forwarded-For',
    'x-forwarded-proto',
    'X-Real-IP',
    'Forwarded',
    'Via',
    'CF-Connecting-IP',
    'True-Client-IP',
    'X-API-Key',
    'apikey',
    'X-CSRF-Token',
    'Access-Token',
    'X-AccessToken',
    'X-Auth-Token',
    'Session-Token',
    'X-XSRF-TOKEN',
    'Origin',
    'Referer',
    'Sec-Fetch-Site',
    'Access-Control-Allow-Origin',
    'Proxy-Connection',
    'X-HTTP-Method-Override',
    'Content_Length',
    'transfer_encoding',
    'X_Forwarded_For',
    'X-Forwarded_For',
    'x_api_key',
    'If_Match',
  ])('%s is not passed on', (name) => {
    expect(passableTrailers([name, '1'], null)).toBeNull();
    expect(passableTrailers(['X-A', '1', name, '2', 'x-a', '3'], null)).toEqual([
      'X-A',
      '1',
      'x-a',
      '3',
    ]);
  });

  it.each([
    'Digest',
    'ETag',
    'Server-Timing',
    'grpc-status',
    'X-Sum',
    'Iffy',
    'X_Sum',
    'X-Tokens',
    'Section',
    // As others begin or end, and not as they do.
    'X-If-Sum',
    'X-Auth-Tokens',
    'Therapikey',
    'X-Oauth-Tok',
    'X-API-Key-Count',
    'My-Cookie',
  ])('%s is, unless it is of the connection', (name) => {
    expect(passableTrailers([name, '1'], null)).toEqual([name, '1']);
    expect(passableTrailers([name, '1'], new Set([name.toLowerCase()]))).toBeNull();
  });
});
