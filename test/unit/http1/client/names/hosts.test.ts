import { describe, expect, it } from 'vitest';
import { localAddresses, parseHosts } from '../../../../../src/http1/client/names/hosts.ts';

describe('a file of hosts', () => {
  const hosts = parseHosts(`
# comment
127.0.0.1  localhost
10.0.0.1\ta.test A.alias.test  # the first
10.0.0.2 a.test a.test\r
::1 a.test localhost ip6-localhost
fe80::1%lo0 zone.test
not-an-address b.test
10.0.0.3
`);

  it.each([
    ['a.test', ['10.0.0.1', '10.0.0.2', '::1']],
    ['a.alias.test', ['10.0.0.1']],
    ['ip6-localhost', ['::1']],
    ['localhost', ['127.0.0.1', '::1']],
    ['zone.test', undefined],
    ['b.test', undefined],
    ['comment', undefined],
    ['', undefined],
  ])('has of %j %j', (name, expected) => {
    expect(localAddresses(hosts, name)).toEqual(expected);
  });

  it.each([
    ['localhost', ['127.0.0.1', '::1']],
    ['app.localhost', ['127.0.0.1', '::1']],
    ['notlocalhost', undefined],
    ['localhost.test', undefined],
  ])('is not needed for %s: %j', (name, expected) => {
    expect(localAddresses(parseHosts(''), name)).toEqual(expected);
  });
});
