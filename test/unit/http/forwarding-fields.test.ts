import { expect, it } from 'vitest';
import { comesFromProxy } from '../../../src/http/forwarding-fields.ts';

it.each([
  ['forwarded'],
  ['via'],
  ['cdn-loop'],
  ['forwarded-for'],
  ['x-forwarded-for'],
  ['x-forwarded-anything'],
  ['x-original-url'],
  ['x-envoy-external-address'],
  ['cf-ray'],
  ['cloudfront-viewer-address'],
  ['fastly-client'],
  ['x-real-ip'],
  ['x-realip'],
  ['true-client-ip'],
  ['fly-client-ip'],
  ['remote-addr'],
  ['x-remote-addr'],
  ['cf-connecting-ip'],
  ['x-user-ip'],
  ['x-source-ip'],
  ['x-forwarded'],
  ['x-amz-cf-id'],
  ['x_real_ip'],
  ['x.forwarded.for'],
])('%s tells of a proxy', (name) => {
  expect(comesFromProxy(name)).toBe(true);
});

it.each([
  ['host'],
  ['vias'],
  ['x-forwardedness'],
  ['forwardedness'],
  ['my-x-forwarded-for'],
  ['x-cf-ray'],
  ['x-real-ip-count'],
  ['x-client-ids'],
  ['zip'],
  ['remote'],
  ['x-request-id'],
])('%s does not', (name) => {
  expect(comesFromProxy(name)).toBe(false);
});
