import { BlockList, isIP } from 'node:net';
import { describe, expect, it } from 'vitest';
import {
  cidrContains,
  compileCidrs,
  compilePeers,
  parseAddress,
  parseCidr,
  plainAddress,
  UNIX_PEER,
} from '../../../src/http/cidr.ts';
import { random } from '../../support/random.ts';

describe('plainAddress', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:2ff', '192.0.2.255'],
    ['0:0:0:0:0:ffff:255.0.0.1', '255.0.0.1'],
    ['::ffff:127.0.0.1%lo', '127.0.0.1'],
    ['::1', '::1'],
    ['2001:DB8::1', '2001:DB8::1'],
    // Not mapped: an IPv6 address that merely ends so.
    ['::192.0.2.1', '::192.0.2.1'],
    ['64:ff9b::192.0.2.1', '64:ff9b::192.0.2.1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['fe80::1%', 'fe80::1'],
    ['192.0.2.1%eth0', null],
    ['192.0.2.1:80', null],
    ['[::1]', null],
    ['localhost', null],
    ['', null],
  ])('%j: %j', (text, expected) => {
    expect(plainAddress(text)).toBe(expected);
  });
});

describe('parseAddress', () => {
  it.each([
    ['1.2.3.4', [0x01020304]],
    ['0.0.0.0', [0]],
    ['255.255.255.255', [0xffffffff]],
    ['::ffff:1.2.3.4', [0x01020304]],
    ['::FFFF:102:304', [0x01020304]],
    ['0:0:0:0:0:ffff:1.2.3.4', [0x01020304]],
    ['::', [0, 0, 0, 0]],
    ['::1', [0, 0, 0, 1]],
    ['1::', [0x10000, 0, 0, 0]],
    ['2001:db8::8:800:200c:417a', [0x20010db8, 0, 0x00080800, 0x200c417a]],
    ['1:2:3:4:5:6:7::', [0x10002, 0x30004, 0x50006, 0x70000]],
    ['64:ff9b::192.0.2.1', [0x64ff9b, 0, 0, 0xc0000201]],
    ['fe80::1%eth0', [0xfe800000, 0, 0, 1]],
    // Not mapped: zeros alone stand before what is.
    ['1::ffff:1.2.3.4', [0x10000, 0, 0xffff, 0x01020304]],
    ['0:0:1::ffff:1.2.3.4', [0, 0x10000, 0xffff, 0x01020304]],
    // As long as one can be.
    [
      'ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255',
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    ],
  ])('reads %s', (text, words) => {
    expect(parseAddress(text)?.words).toEqual(words);
  });

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.4 ',
    '0x1.2.3.4',
    '1.2.3.-4',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '1::2:3:4:5:6:7:8',
    '12345::',
    'g::',
    '1.2.3.4::',
    '::1.2.3.4:5',
    ':1::2',
    '1::2:',
    '[::1]',
    '1.2.3.4/8',
    'localhost',
    `${'1:'.repeat(10_000)}1`,
  ])('refuses %j', (text) => {
    expect(parseAddress(text)).toBeNull();
  });

  it('agrees with node:net on what is an address', () => {
    const next = random(7);
    const pieces = ['1', ':', '::', '.', 'ffff', '255', '256', '0', '01', 'a.b', '1.2.3.4', ':'];
    for (let i = 0; i < 20_000; i += 1) {
      const length = 1 + Math.floor(next() * 12);
      const text = Array.from({ length }, () => pieces[Math.floor(next() * pieces.length)]).join(
        '',
      );
      expect([text, parseAddress(text) !== null]).toEqual([text, isIP(text) !== 0]);
    }
  });
});

describe('parseCidr', () => {
  it.each([
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '10.0.0.0/08',
    '10.0.0.0/8/8',
    '10.0.0.0/8 ',
    '10.0.0.0/1e1',
    '10.0.0/8',
    '::/129',
    '::ffff:10.0.0.0/95',
    'fe80::%eth0/64',
    '/8',
    '',
  ])('refuses %j', (text) => {
    expect(parseCidr(text)).toBeNull();
  });

  it.each([
    ['10.1.2.3', '10.1.2.3', true],
    ['10.1.2.3', '10.1.2.4', false],
    ['10.1.2.3/8', '10.255.0.1', true],
    ['10.1.2.3/8', '11.0.0.0', false],
    ['0.0.0.0/0', '255.1.1.1', true],
    ['0.0.0.0/0', '::1', false],
    ['::/0', '::1', true],
    ['::/0', '1.2.3.4', false],
    ['::/0', '::ffff:1.2.3.4', false],
    ['10.0.0.0/8', '::ffff:10.0.0.1', true],
    ['::ffff:10.0.0.0/104', '10.9.9.9', true],
    ['::ffff:10.0.0.0/104', '11.9.9.9', false],
    ['::ffff:0:0/96', '1.2.3.4', true],
    ['200.0.0.0/5', '207.255.255.255', true],
    ['200.0.0.0/5', '208.0.0.0', false],
    ['2001:db8::/33', '2001:db8:7fff::1', true],
    ['2001:db8::/33', '2001:db8:8000::', false],
    ['2001:db8::1', '2001:db8::1', true],
    ['2001:db8::1', '2001:db8::2', false],
    ['fe80::/10', 'fe80::1%en0', true],
  ])('%s holds %s: %s', (block, address, expected) => {
    expect(cidrContains(parseCidr(block)!, parseAddress(address)!)).toBe(expected);
  });

  it('agrees with node:net BlockList', () => {
    const next = random(11);
    const v4 = () =>
      [0, 0, 0, 0].map(() => (next() < 0.5 ? 10 : Math.floor(next() * 256))).join('.');
    const v6 = () =>
      Array.from({ length: 8 }, () =>
        next() < 0.6 ? 'fe80' : Math.floor(next() * 65536).toString(16),
      ).join(':');
    for (let i = 0; i < 4000; i += 1) {
      const family = i % 2 === 0 ? 'ipv4' : 'ipv6';
      const make = family === 'ipv4' ? v4 : v6;
      const prefix = Math.floor(next() * (family === 'ipv4' ? 33 : 129));
      const [base, address] = [make(), make()];
      const list = new BlockList();
      list.addSubnet(base, prefix, family);
      const text = `${base}/${prefix}`;
      expect([text, address, compileCidrs([text])(address)]).toEqual([
        text,
        address,
        list.check(address, family),
      ]);
    }
  });
});

describe('compileCidrs', () => {
  it('is true for an address in any block', () => {
    const trusted = compileCidrs(['10.0.0.0/8', 'fd00::/8', '192.0.2.7']);
    expect(['10.1.1.1', 'fd12::1', '192.0.2.7'].map(trusted)).toEqual([true, true, true]);
    expect(['11.1.1.1', 'fe00::1', '192.0.2.8', '', 'unix:'].map(trusted)).toEqual(
      Array(5).fill(false),
    );
  });

  it('holds nothing without blocks', () => {
    expect(compileCidrs([])('10.0.0.1')).toBe(false);
  });

  it('names the block it cannot read', () => {
    expect(() => compileCidrs(['10.0.0.0/8', '10.0.0.0/99'])).toThrow(
      new TypeError('invalid ip address: 10.0.0.0/99'),
    );
  });
});

describe('compilePeers', () => {
  const PEERS = ['unix:', '10.1.1.1', '11.1.1.1', ''];

  it.each([
    [[], []],
    [['10.0.0.0/8'], ['10.1.1.1']],
    [['unix:'], ['unix:']],
    [
      ['unix:', '10.0.0.0/8'],
      ['unix:', '10.1.1.1'],
    ],
    [
      ['10.0.0.0/8', 'unix:'],
      ['unix:', '10.1.1.1'],
    ],
  ])('%j holds %j', (texts, held) => {
    expect(PEERS.filter(compilePeers(texts))).toEqual(held);
  });

  it('calls a Unix socket as nginx does', () => {
    expect(UNIX_PEER).toBe('unix:');
  });

  it('names what it cannot read', () => {
    expect(() => compilePeers(['unix:', 'unix:/run/x'])).toThrow(
      new TypeError('invalid ip address: unix:/run/x'),
    );
  });
});
