import { describe, expect, it } from 'vitest';
import type { Received } from '../../../src/http/messages.ts';
import { Upload } from '../../../src/http/upload.ts';
import { inboundOf, trustProxies } from '../../../src/request/inbound.ts';
import { requestIds } from '../../../src/request/ids.ts';

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
    maxStatus: 599,
    takesTrailers: true,
    onGone() {},
    inform() {},
    ...rest,
  };
}

const admitted = (rest?: Partial<Received>) =>
  inboundOf(
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
      maxStatus: inbound.maxStatus,
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
      maxStatus: 599,
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

describe('nobody is trusted', () => {
  const trust = trustProxies([]);

  it('with any peer', () => {
    expect([trust.configured, trust.trusts('127.0.0.1'), trust.trusts('')]).toEqual([
      false,
      false,
      false,
    ]);
    expect(trust.clientOf('127.0.0.1', ['X-Forwarded-For', '203.0.113.9'])).toBe('127.0.0.1');
  });
});

describe('trusted proxies', () => {
  const trust = trustProxies(['10.0.0.0/8', '2001:db8::/32', '192.0.2.1']);

  it.each([
    ['10.0.0.1', true],
    ['10.255.255.255', true],
    ['192.0.2.1', true],
    ['2001:db8::1', true],
    ['::ffff:10.0.0.1', true],
    ['11.0.0.1', false],
    ['192.0.2.2', false],
    ['2001:db9::1', false],
    ['unknown', false],
    ['', false],
  ])('peer %j: %s', (peer, trusted) => {
    expect([trust.configured, trust.trusts(peer)]).toEqual([true, trusted]);
  });

  const client = (peer: string, ...fields: readonly string[]) =>
    trust.clientOf(
      peer,
      fields.flatMap((value) => ['X-Forwarded-For', value]),
    );

  it('a stranger is the client, whatever it says', () => {
    expect(client('203.0.113.1')).toBe('203.0.113.1');
    expect(client('203.0.113.1', '198.51.100.7')).toBe('203.0.113.1');
    expect(client('203.0.113.1', '198.51.100.7, 10.0.0.1')).toBe('203.0.113.1');
    expect(client('', '198.51.100.7')).toBe('');
  });

  it.each([
    ['one address', ['198.51.100.7'], '198.51.100.7'],
    ['the last of several', ['198.51.100.7, 198.51.100.8, 198.51.100.9'], '198.51.100.9'],
    ['the last that is not trusted', ['198.51.100.7, 198.51.100.8, 10.0.0.9'], '198.51.100.8'],
    ['behind several proxies', ['198.51.100.7, 10.0.0.9, 192.0.2.1'], '198.51.100.7'],
    ['the first, where all are trusted', ['10.0.0.7, 10.0.0.8, 10.0.0.9'], '10.0.0.7'],
    [
      'several fields as one',
      ['198.51.100.7', '198.51.100.8, 10.0.0.9', '10.0.0.8'],
      '198.51.100.8',
    ],
    ['no space', ['198.51.100.7,198.51.100.8'], '198.51.100.8'],
    ['spaces and tabs', [' \t198.51.100.7 ,\t 198.51.100.8\t '], '198.51.100.8'],
    ['empty entries', [',198.51.100.7,, ,10.0.0.1,'], '198.51.100.7'],
    ['nothing but empty entries', [' , '], '10.0.0.2'],
    ['an empty field', [''], '10.0.0.2'],
    ['no field', [], '10.0.0.2'],
    ['IPv6', ['198.51.100.7, 2001:db9::1, 2001:db8::1'], '2001:db9::1'],
    ['IPv4 as IPv6 has it', ['::ffff:198.51.100.7, ::ffff:10.0.0.1'], '198.51.100.7'],
    ['a port', ['198.51.100.7:5678, 10.0.0.1:80'], '198.51.100.7'],
    ['brackets', ['[2001:db9::1], [2001:db8::1]'], '2001:db9::1'],
    ['brackets and a port', ['[2001:db9::1]:80, [2001:db8::1]:80'], '2001:db9::1'],
    ['a zone', ['fe80::1%eth0'], 'fe80::1'],
    ['what is no address', ['198.51.100.7, unknown'], '10.0.0.2'],
    ['what is no address, behind a proxy', ['198.51.100.7, _hidden, 10.0.0.1'], '10.0.0.1'],
    ['a range', ['198.51.100.7/32'], '10.0.0.2'],
    ['a port without end', ['198.51.100.7:567890'], '10.0.0.2'],
    ['half a bracket', ['[2001:db9::1'], '10.0.0.2'],
    ['text before brackets', ['x[2001:db9::1]'], '10.0.0.2'],
    ['text behind brackets', ['[2001:db9::1]x'], '10.0.0.2'],
  ])('%s', (_, fields, expected) => {
    expect(client('10.0.0.2', ...fields)).toBe(expected);
  });

  it('reads no other field', () => {
    const headers = ['X-Real-IP', '198.51.100.7', 'Forwarded', 'for=198.51.100.8'];
    expect(trust.clientOf('10.0.0.2', headers)).toBe('10.0.0.2');
  });

  it.each(['x', '10.0.0.0/33', '10.0.0.1,10.0.0.2', ''])('%j is no proxy', (cidr) => {
    expect(() => trustProxies(['10.0.0.1', cidr])).toThrow(`invalid ip address: ${cidr}`);
  });
});
