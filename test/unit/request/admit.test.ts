import { describe, expect, it } from 'vitest';
import { admit } from '../../../src/request/admit.ts';
import { requestIds } from '../../../src/request/request-id.ts';
import { trustProxies } from '../../../src/request/trusted-proxies.ts';
import type { Received } from '../../../src/http/inbound.ts';
import { Upload } from '../../../src/http/upload.ts';

const PROXY = '10.0.0.1';
const upload = new Upload({ read: () => Promise.resolve(null), cancel() {} }, 0);

/** A request that a trusted proxy handed over, with whatever else a test cares about. */
function received(rest: Partial<Received> = {}): Received {
  return {
    method: 'POST',
    target: '/a%2Fb/../c%20d?x=1?y=2',
    scheme: 'https',
    authority: 'A.Example.:8443',
    serverPort: 9443,
    peer: PROXY,
    headers: ['X-Forwarded-For', '192.0.2.1', 'X-Request-Id', 'abc'],
    upgradable: true,
    upload,
    takesTrailers: true,
    onGone() {},
    inform() {},
    ...rest,
  };
}

const admitted = (rest?: Partial<Received>) =>
  admit(
    received(rest),
    trustProxies([PROXY]),
    requestIds(() => 'me'),
  );

describe('a request that was let in', () => {
  it('is what the listener received, and what follows from it', () => {
    const { headers } = received();
    const inbound = admitted({ headers });
    expect({
      id: inbound.id,
      method: inbound.method,
      target: inbound.target,
      path: inbound.path,
      query: inbound.query,
      scheme: inbound.scheme,
      authority: inbound.authority,
      host: inbound.host,
      serverPort: inbound.serverPort,
      peer: inbound.peer,
      remoteAddr: inbound.remoteAddr,
      upgradable: inbound.upgradable,
      takesTrailers: inbound.takesTrailers,
    }).toEqual({
      id: 'abc',
      method: 'POST',
      target: '/c%20d?x=1?y=2',
      path: '/c d',
      query: 'x=1?y=2',
      scheme: 'https',
      authority: 'A.Example.:8443',
      host: 'a.example',
      serverPort: 9443,
      peer: PROXY,
      remoteAddr: '192.0.2.1',
      upgradable: true,
      takesTrailers: true,
    });
    expect([inbound.headers, inbound.upload]).toEqual([headers, upload]);
  });

  it.each([
    ['/', ''],
    ['/?', ''],
    ['/?x', 'x'],
    ['?x', 'x'],
  ])('to %s has the query %j', (target, query) => {
    expect(admitted({ target }).query).toBe(query);
  });

  it('believes no stranger', () => {
    expect(admitted({ peer: '203.0.113.9' }).remoteAddr).toBe('203.0.113.9');
  });

  it('hands on what its client is to be told, and hears when that is gone', () => {
    const told: unknown[] = [];
    const inbound = admitted({
      onGone: (callback) => callback(),
      inform: (interim) => told.push(interim),
    });
    inbound.onGone(() => told.push('gone'));
    const interim = { status: 103, reason: 'Early Hints', headers: [] };
    inbound.inform(interim);
    expect(told).toEqual(['gone', interim]);
  });
});
