import { expect, it } from 'vitest';
import { destination } from '../../../../src/http/destination.ts';
import type { Outbound } from '../../../../src/http/messages.ts';
import { requestFields } from '../../../../src/http2/client/request-fields.ts';

const request = (more: Partial<Outbound> = {}): Outbound => ({
  destination: destination('grpc://a.example'),
  target: '/a.Service/Call?x=1',
  method: 'POST',
  headers: ['Host', 'a.test', 'Connection', 'TE', 'TE', 'trailers', 'X-A', 'b'],
  body: null,
  timeouts: { connect: 1, send: 1, read: 1 },
  ...more,
});

it('have Host as :authority, and none of HTTP/1.1 connections', () => {
  expect({ ...requestFields(request()) }).toEqual({
    ':method': 'POST',
    ':scheme': 'http',
    ':authority': 'a.test',
    ':path': '/a.Service/Call?x=1',
    'x-a': 'b',
    te: 'trailers',
  });
});

it('have the scheme of the destination', () => {
  const secure = request({ destination: destination('grpcs://a.example') });
  expect(requestFields(secure)[':scheme']).toBe('https');
});

it('state the length of a buffered body, if the client stated one', () => {
  const headers = ['Content-Length', '9'];
  const body = new Uint8Array(3);
  expect(requestFields(request({ headers, body }))['content-length']).toBe('3');
  expect(requestFields(request({ headers: [], body }))['content-length']).toBeUndefined();
});
