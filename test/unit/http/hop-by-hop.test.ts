import { describe, expect, it } from 'vitest';
import { isHopByHop, nominated, withoutHopByHop } from '../../../src/http/hop-by-hop.ts';

const OF_THE_CONNECTION = [
  'Connection',
  'Keep-Alive',
  'Proxy-Connection',
  'TE',
  'Transfer-Encoding',
  'Upgrade',
];

describe('fields of one connection', () => {
  it.each(OF_THE_CONNECTION)('%s is', (name) => {
    expect(isHopByHop(name.toLowerCase())).toBe(true);
    for (const spelled of [name, name.toLowerCase(), name.toUpperCase()])
      expect(withoutHopByHop(['A', '1', spelled, 'x', 'B', '2'])).toEqual(['A', '1', 'B', '2']);
  });

  it.each(['host', 'content-length', 'trailer', 'keep', ''])('%j is not', (name) => {
    expect(isHopByHop(name)).toBe(false);
  });
});

describe('what a Connection field names', () => {
  it.each([
    [undefined, null],
    ['', null],
    ['close', null],
    ['Keep-Alive', null],
    ['upgrade', null],
    ['X-Debug', ['x-debug']],
    ['close, X-Debug', ['close', 'x-debug']],
    ['xclose', ['xclose']],
    ['closed', ['closed']],
    // Nobody may take a message's end or its addressee away.
    ['Host, Content-Length, X-A', ['x-a']],
  ])('%j: %j', (connection, expected) => {
    const names = nominated(connection);
    expect(names === null ? null : [...names]).toEqual(expected);
  });
});

describe('withoutHopByHop', () => {
  it('returns the same list when nothing has to go', () => {
    const list = ['Host', 'a', 'Accept', '*/*'];
    expect(withoutHopByHop(list)).toBe(list);
  });

  it('drops what any Connection field names, whatever its case and place', () => {
    expect(
      withoutHopByHop(['X-A', '1', 'Connection', 'x-a', 'X-B', '2', 'CONNECTION', 'x-b', 'C', '3']),
    ).toEqual(['C', '3']);
  });

  it('does not take another field for Connection', () => {
    expect(withoutHopByHop(['Keep-Alive', 'x-a', 'X-A', '1'])).toEqual(['X-A', '1']);
    expect(withoutHopByHop(['Connection', 'x-b', 'Upgrade', 'x-a', 'X-A', '1'])).toEqual([
      'X-A',
      '1',
    ]);
  });

  it('keeps Host and Content-Length, also where Connection names them', () => {
    expect(
      withoutHopByHop(['Host', 'a', 'Connection', 'host, content-length', 'Content-Length', '5']),
    ).toEqual(['Host', 'a', 'Content-Length', '5']);
  });
});
