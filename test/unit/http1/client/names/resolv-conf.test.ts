import { describe, expect, it } from 'vitest';
import { candidates, parseResolvConf } from '../../../../../src/http1/client/names/resolv-conf.ts';

const DEFAULTS = { search: [], ndots: 1, timeout: 1000, attempts: 3 };

describe('resolv.conf', () => {
  it.each([
    ['', {}],
    ['nameserver 10.0.0.1\n# search x.test\n; search y.test', {}],
    [
      'search ns.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5',
      { search: ['ns.svc.cluster.local', 'svc.cluster.local', 'cluster.local'], ndots: 5 },
    ],
    ['search a.test\ndomain B.test.', { search: ['b.test'] }],
    ['domain b.test\nsearch a.test . # all', { search: ['a.test'] }],
    ['options rotate timeout:2 attempts:1\r', { timeout: 2000, attempts: 1 }],
    ['options timeout:99 attempts:99 ndots:99', { timeout: 30_000, attempts: 5, ndots: 15 }],
    ['options timeout:x attempts: ndots:-1 ndots', {}],
    ['options ndots:0', { ndots: 0 }],
  ])('%j', (text, expected) => {
    expect(parseResolvConf(text)).toEqual({ ...DEFAULTS, ...expected });
  });

  it.each([
    ['redis', 1, ['redis.a.', 'redis.b.c.', 'redis.']],
    ['redis.cache', 1, ['redis.cache.', 'redis.cache.a.', 'redis.cache.b.c.']],
    ['redis.cache', 5, ['redis.cache.a.', 'redis.cache.b.c.', 'redis.cache.']],
    ['redis', 0, ['redis.', 'redis.a.', 'redis.b.c.']],
    ['redis.cache.', 5, ['redis.cache.']],
  ])('%s with ndots:%i may be %j', (name, ndots, expected) => {
    expect(candidates(name, { search: ['a', 'b.c'], ndots })).toEqual(expected);
  });

  it('stands for its own name alone where nothing is searched', () => {
    expect(candidates('a', { search: [], ndots: 5 })).toEqual(['a.']);
  });
});
