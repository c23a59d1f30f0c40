import { describe, expect, it } from 'vitest';
import type { Inbound } from '../../../src/http/messages.ts';
import { buildMatcher, compileMatcher } from '../../../src/routes/matcher.ts';
import { compileRule, type RouteCriteria } from '../../../src/routes/rule.ts';
import { random } from '../../support/random.ts';
import { request } from './request.ts';

type Route = RouteCriteria & { readonly id: string };

const tableOf = (list: readonly Route[]) => compileMatcher(list, (route) => route.id);

/** Routes by id, in order. */
function routes(criteria: Record<string, RouteCriteria>): Route[] {
  return Object.entries(criteria).map(([id, rest]) => ({ id, ...rest }));
}

function matched(criteria: Record<string, RouteCriteria>, target: string, rest?: Partial<Inbound>) {
  return tableOf(routes(criteria)).match(request(target, rest));
}

describe('paths (B5 36, 37)', () => {
  it.each([
    ['/hello', '/hello', true],
    ['/hello', '/hello/', false],
    ['/hello', '/Hello', false],
    ['/hello', '/hello?x=1', true],
    ['/hello', '/hell%6f', true],
    ['/café', '/caf%C3%A9', true],
    ['/blog/bar*', '/blog/bar', true],
    ['/blog/bar*', '/blog/barn/x', true],
    ['/blog/bar*', '/blog/ba', false],
    ['/foo/*', '/foo/', true],
    ['/foo/*', '/foo/a/b', true],
    ['/foo/*', '/foo', false],
    ['/*', '/', true],
    ['/*', '/anything/at/all', true],
    ['*', '/', true],
    ['*', '*', true],
    ['/*', '*', false],
    ['/a/*/b', '/a/x/y/b', true],
    ['/a/*/b', '/a/x/y/c', false],
    ['/a/*/b', '/a/b', false],
    ['/user/:name', '/user/:name', true],
    ['/user/:name', '/user/jack', false],
    ['/a.c', '/abc', false],
  ])('%s takes %s: %s', (uri, target, expected) => {
    expect(matched({ r: { uri } }, target)).toBe(expected ? 'r' : null);
  });

  it.each([
    ['/public/../admin', 'admin'],
    ['/public/%2e%2e/admin', 'admin'],
    ['/public%2f..%2fadmin', 'admin'],
    ['/public/%2e%2e%2fadmin', 'admin'],
    ['/public//..//admin', 'public'],
    ['//admin', 'admin'],
    ['/./admin', 'admin'],
    ['/%61dmin', 'admin'],
    ['/public/x/../../admin', 'admin'],
    ['/public\\..\\admin', null],
    ['/public#/../admin', null],
    ['http://h/public/../admin', 'admin'],
    ['/public/../../public/x', 'public'],
  ])('cannot be walked around: %s', (target, expected) => {
    const both = { public: { uri: '/public/*' }, admin: { uri: '/admin' } };
    expect(matched(both, target)).toBe(expected);
  });

  it('takes any of several uris', () => {
    const table = tableOf(routes({ r: { uris: ['/a', '/b/*'] } }));
    expect(['/a', '/b/c', '/c'].map((target) => table.match(request(target)))).toEqual([
      'r',
      'r',
      null,
    ]);
  });
});

describe('precedence of paths (B5 35)', () => {
  it.each<[string, Record<string, RouteCriteria>, string, string]>([
    ['exact before prefix', { p: { uri: '/a*', priority: 9 }, e: { uri: '/a' } }, '/a', 'e'],
    [
      'longer prefix first',
      { s: { uri: '/a/*', priority: 9 }, l: { uri: '/a/b/*' } },
      '/a/b/c',
      'l',
    ],
    ['priority in one path', { one: { uri: '/a' }, two: { uri: '/a', priority: 1 } }, '/a', 'two'],
    ['negative priority', { one: { uri: '/a', priority: -1 }, two: { uri: '/a' } }, '/a', 'two'],
    ['order in one path', { one: { uri: '/a' }, two: { uri: '/a' } }, '/a', 'one'],
    [
      'priority in one prefix',
      { one: { uri: '/a/*' }, two: { uri: '/a/*', priority: 1 } },
      '/a/b',
      'two',
    ],
    ['order in one prefix', { one: { uri: '/a/*' }, two: { uri: '/a/*' } }, '/a/b', 'one'],
    ['longer pattern of one literal', { s: { uri: '/a/*' }, l: { uri: '/a/*/c' } }, '/a/b/c', 'l'],
    [
      'priority before pattern length',
      { s: { uri: '/a/*', priority: 1 }, l: { uri: '/a/*/c' } },
      '/a/b/c',
      's',
    ],
    ['middle star does not fit', { s: { uri: '/a/*' }, l: { uri: '/a/*/c' } }, '/a/b/d', 's'],
    [
      'condition fails, same path',
      { one: { uri: '/a', methods: ['PUT'] }, two: { uri: '/a' } },
      '/a',
      'two',
    ],
    [
      'condition fails, prefix',
      { e: { uri: '/a', methods: ['PUT'] }, p: { uri: '/a*' } },
      '/a',
      'p',
    ],
    [
      'condition fails, shorter',
      { l: { uri: '/a/b/*', methods: ['PUT'] }, s: { uri: '/*' } },
      '/a/b/c',
      's',
    ],
  ])('%s', (_, criteria, target, expected) => {
    expect(matched(criteria, target)).toBe(expected);
  });
});

describe('hosts (B5 34)', () => {
  const hosts = {
    none: { uri: '/*' },
    star: { uri: '/*', host: '*' },
    wide: { uri: '/*', host: '*.example' },
    deep: { uri: '/*', hosts: ['*.shop.example'] },
    exact: { uri: '/only', host: 'a.shop.example' },
    glued: { uri: '/*', host: '*glued' },
    port: { uri: '/*', host: 'a.shop.example:8080' },
    v6: { uri: '/*', host: '[::1]' },
  };

  it.each([
    ['a.shop.example', '/only', 'exact'],
    ['A.SHOP.example', '/only', 'exact'],
    ['a.shop.example', '/other', 'deep'],
    ['b.a.shop.example', '/only', 'deep'],
    ['shop.example', '/only', 'wide'],
    ['example', '/only', 'star'],
    ['xshop.example', '/', 'wide'],
    ['glued', '/', 'glued'],
    ['unglued', '/', 'glued'],
    ['a.shop.example:8080', '/only', 'port'],
    ['A.shop.example:8080', '/other', 'port'],
    ['a.shop.example:8081', '/only', 'exact'],
    ['', '/', 'star'],
  ])('%j%s goes to %s', (authority, target, expected) => {
    expect(matched(hosts, target, { authority })).toBe(expected);
  });

  it('knows IPv6 hosts', () => {
    expect(matched(hosts, '/', { authority: '[::1]:9080', host: '[::1]' })).toBe('v6');
  });

  it.each<[string, Record<string, RouteCriteria>, string | null]>([
    [
      'host before no host',
      { no: { uri: '/a', priority: 9 }, host: { uri: '/*', host: 'h' } },
      'host',
    ],
    [
      'exact host before wildcard',
      { w: { uri: '/a', host: '*', priority: 9 }, e: { uri: '/*', host: 'h' } },
      'e',
    ],
    ['next host when no path fits', { no: { uri: '/a' }, host: { uri: '/b', host: 'h' } }, 'no'],
    [
      'next host when conditions fail',
      { no: { uri: '/a' }, host: { uri: '/a', host: 'h', methods: ['PUT'] } },
      'no',
    ],
    ['capitals in the route', { host: { uri: '/a', hosts: ['H', 'h'] } }, 'host'],
    ['another host', { host: { uri: '/a', hosts: ['g', 'i'] } }, null],
    ['any of several', { host: { uri: '/a', hosts: ['g', 'h'] } }, 'host'],
  ])('%s', (_, criteria, expected) => {
    expect(matched(criteria, '/a', { host: 'h' })).toBe(expected);
  });
});

describe('conditions', () => {
  it.each<[string, RouteCriteria, Partial<Inbound>, boolean]>([
    ['method', { methods: ['GET', 'POST'] }, { method: 'POST' }, true],
    ['other method', { methods: ['GET', 'POST'] }, { method: 'HEAD' }, false],
    ['method in lower case', { methods: ['GET'] }, { method: 'get' }, false],
    ['no methods', { methods: [] }, { method: 'PROPFIND' }, true],
    ['address', { remote_addr: '10.0.0.0/8' }, { remoteAddr: '::ffff:10.1.1.1' }, true],
    ['other address', { remote_addr: '10.0.0.0/8' }, { remoteAddr: '11.1.1.1' }, false],
    ['any address', { remote_addrs: ['::1', '10.0.0.1'] }, { remoteAddr: '10.0.0.1' }, true],
    ['unknown address', { remote_addrs: ['0.0.0.0/0'] }, { remoteAddr: '' }, false],
    ['vars', { vars: [['http_x', '1']] }, { headers: ['X', '1'] }, true],
    ['other vars', { vars: [['http_x', '1']] }, { headers: ['X', '2'] }, false],
    ['no vars', { vars: [] }, {}, true],
    ['status 1', { status: 1 }, {}, true],
    ['status 0', { status: 0 }, {}, false],
  ])('%s', (_, criteria, rest, expected) => {
    expect(matched({ r: { uri: '/a', ...criteria } }, '/a', rest)).toBe(expected ? 'r' : null);
  });

  it('are compiled only where there are some', () => {
    expect(compileRule({ uri: '/a', methods: [], vars: [] }).conditions).toBeNull();
  });

  it('a bad document gives no table', () => {
    expect(() => tableOf(routes({ r: { uri: '/', vars: [['arg_x', '=', 1]] } }))).toThrow(
      "invalid operator '='",
    );
    expect(() => tableOf(routes({ r: { uri: '/', remote_addr: 'x' } }))).toThrow(
      'invalid ip address: x',
    );
  });
});

describe('candidates', () => {
  it('tells in order why each route was passed over', () => {
    const table = tableOf(
      routes({
        any: { uri: '/*' },
        never: { uri: '/a/x' },
        off: { uri: '/a/b', status: 0 },
        method: { uri: '/a/b', methods: ['PUT'], priority: 3 },
        address: { uri: '/a/b', remote_addr: '10.0.0.1' },
        vars: { uri: '/a/*', vars: [['arg_x', '1']] },
        star: { uri: '/a/*/c' },
        host: { uri: '/a/*', host: '*.example', methods: ['PUT'] },
      }),
    );
    const considered = table.candidates(request('/a/b', { host: 'h.example' }));
    expect(considered.map(({ entry, verdict }) => [entry.value, verdict])).toEqual([
      ['host', 'method'],
      ['method', 'method'],
      ['address', 'remote_addr'],
      ['star', 'uri'],
      ['vars', 'vars'],
      ['any', 'matched'],
    ]);
  });
});

describe('ten thousand routes', () => {
  const many = Array.from({ length: 10_000 }, (_, i): Route[] => [
    { id: `exact ${i}`, uri: `/exact/${i}` },
    { id: `prefix ${i}`, uri: `/prefix/${i}/*` },
    { id: `host ${i}`, uri: '/*', host: `h${i}.example` },
    { id: `wild ${i}`, uri: '/*', host: `*.w${i}.example` },
  ]).flat();
  const table = tableOf([...many, { id: 'rest', uri: '/*' }]);

  it.each([
    ['/exact/7777', '', 'exact 7777'],
    ['/prefix/4242/x', '', 'prefix 4242'],
    ['/x', 'h9999.example', 'host 9999'],
    ['/x', 'deep.down.w123.example', 'wild 123'],
    ['/x', 'other.example', 'rest'],
  ])('%s of %j looks at one', (target, host, expected) => {
    const considered = table.candidates(request(target, { host }));
    expect(considered.map(({ entry }) => entry.value)).toEqual([expected]);
  });

  it('evaluates the conditions of none but the candidates', () => {
    let evaluated = 0;
    const holds = () => {
      evaluated += 1;
      return true;
    };
    const matcher = buildMatcher(
      many.map((route) => {
        const match = { ...compileRule(route), conditions: [{ name: 'vars' as const, holds }] };
        return { match, value: route.id };
      }),
    );
    expect(matcher.match(request('/exact/1', { host: 'nobody' }))).toBe('exact 1');
    expect(matcher.match(request('/prefix/1/', { host: 'nobody' }))).toBe('prefix 1');
    expect(matcher.match(request('/nowhere', { host: 'nobody' }))).toBeNull();
    expect(evaluated).toBe(2);
  });
});

describe('any table', () => {
  const next = random(42);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  const uris = ['/a', '/a/b', '/a*', '/a/*', '/a/b*', '/*', '*', '/a/*/c', '/a/*b', '/:a'];
  const hosts = [undefined, undefined, 'x.y', '*.y', '*', '*y', 'z.x.y'];
  const paths = ['/', '/a', '/a/', '/a/b', '/a/b/c', '/a/c', '/ab', '/:a', '/a/x/b'];

  /** The definition: rank every way to every route, take the first that fits. */
  function slowly(table: readonly Route[], asked: Inbound): string | null {
    const ways = table.map((route, order) => {
      const uri = route.uri!;
      const star = uri.indexOf('*');
      const host = route.host;
      const fits =
        (host === undefined ||
          (host.startsWith('*') ? asked.host.endsWith(host.slice(1)) : asked.host === host)) &&
        new RegExp(`^${uri.replaceAll('*', '.*')}$`).test(asked.path) &&
        (route.methods === undefined || route.methods.includes(asked.method));
      const hostRank = host === undefined ? -1 : host.startsWith('*') ? host.length : 1000;
      const uriRank = star === -1 ? 1000 : star;
      return {
        id: route.id,
        fits,
        rank: [hostRank, uriRank, route.priority ?? 0, uri.length, -order],
      };
    });
    ways.sort((a, b) => {
      const at = a.rank.findIndex((rank, i) => rank !== b.rank[i]);
      return b.rank[at]! - a.rank[at]!;
    });
    return ways.find(({ fits }) => fits)?.id ?? null;
  }

  it('matches as its definition does', () => {
    for (let round = 0; round < 400; round += 1) {
      const table = Array.from({ length: 1 + Math.floor(next() * 12) }, (_, i): Route => ({
        id: String(i),
        uri: pick(uris),
        host: pick(hosts),
        priority: pick([undefined, 0, 1, -1]),
        methods: pick([undefined, undefined, ['GET'], ['PUT']]),
      }));
      const matcher = tableOf(table);
      for (let i = 0; i < 10; i += 1) {
        const asked = request(pick(paths), { host: pick(['', 'x.y', 'z.x.y', 'y', 'other']) });
        expect([table, asked.path, asked.host, matcher.match(asked)]).toEqual([
          table,
          asked.path,
          asked.host,
          slowly(table, asked),
        ]);
      }
    }
  });
});
