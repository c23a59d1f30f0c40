import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GatewayProcess, RuntimeName, TestRuntime } from '../runtimes/runtime.ts';
import { send, sendRaw } from '../support/client.ts';
import { origin, type Origin, route } from '../support/origin.ts';
import { can } from './platform.ts';

/** Criteria of each route; the upstream responds with the route's id. */
const ROUTES = {
  exact: { uri: '/p/hello' },
  prefix: { uri: '/p/*' },
  longer: { uri: '/p/deep/*' },
  tail: { uri: '/tail*' },
  middle: { uri: '/mid/*/end' },
  low: { uri: '/priority' },
  high: { uri: '/priority', priority: 1 },
  posts: { uri: '/method', methods: ['POST', 'PUT'] },
  others: { uri: '/met*' },
  byHost: { uri: '/host/*', host: 'a.shop.example' },
  byWildcard: { uri: '/host/*', hosts: ['*.shop.example'] },
  byWide: { uri: '/host/*', host: '*.example' },
  hostless: { uri: '/host/only' },
  byPort: { uri: '/host/*', host: 'ported.shop.example:81' },
  byDotted: { uri: '/host/*', host: 'dotted.shop.example.' },
  byFields: {
    uri: '/named',
    vars: [
      ['http_host', '==', 'Named.example:81'],
      ['host', '==', 'named.example'],
    ],
  },
  off: { uri: '/off', status: 0 },
  near: { uri: '/from', remote_addr: '127.0.0.0/8' },
  far: { uri: '/from', remote_addrs: ['10.0.0.0/8', '2001:db8::/32'], priority: 1 },
  v2: { uri: '/vars', vars: [['arg_v', '==', '2']], priority: 2 },
  canary: { uri: '/vars', vars: ['OR', ['http_x_canary', '1'], ['cookie_c', '~~', '^y']] },
  public: { uri: '/public/*' },
  secret: { uri: '/secret' },
} as const;

/** A request, and the route that it matches; `null` for 404. */
type Case = readonly [
  what: string,
  target: string,
  expected: keyof typeof ROUTES | null,
  how?: { method?: string; headers?: Record<string, string> },
];

const to = (host: string) => ({ headers: { host } });

const CASES: readonly Case[] = [
  ['the exact path', '/p/hello', 'exact'],
  ['the exact path whatever the query', '/p/hello?a=1', 'exact'],
  ['the prefix for other paths', '/p/hello/', 'prefix'],
  ['paths by case', '/p/Hello', 'prefix'],
  ['the longest prefix', '/p/deep/down', 'longer'],
  ['a prefix with an empty rest', '/p/', 'prefix'],
  ['no prefix without its slash', '/p', null],
  ['a prefix without a slash, nothing more', '/tail', 'tail'],
  ['a prefix without a slash, more', '/tails/x', 'tail'],
  ['a star in the middle', '/mid/a/b/end', 'middle'],
  ['a star in the middle that does not fit', '/mid/a/b', null],
  ['the higher priority on the same path', '/priority', 'high'],
  ['a method of the list', '/method', 'posts', { method: 'PUT' }],
  ['a shorter prefix when the method is not of the list', '/method', 'others'],
  ['the exact host', '/host/x', 'byHost', { headers: { host: 'a.shop.example' } }],
  [
    'the exact host, case and port aside',
    '/host/x',
    'byHost',
    { headers: { host: 'A.Shop.EXAMPLE:81' } },
  ],
  ['the exact host, with a dot at its end', '/host/x', 'byHost', to('a.shop.example.')],
  ['the same with a port', '/host/x', 'byHost', to('a.shop.example.:81')],
  ['a wildcard, with a dot at the end', '/host/x', 'byWildcard', to('b.shop.example.')],
  ['a host with a port', '/host/x', 'byPort', to('ported.shop.example:81')],
  ['the same with a dot', '/host/x', 'byPort', to('Ported.shop.example.:81')],
  ['a host that the route has with a dot', '/host/x', 'byDotted', to('dotted.shop.example')],
  ['the same where both have it', '/host/x', 'byDotted', to('dotted.shop.example.')],
  ['no host with two dots at its end', '/host/x', null, to('a.shop.example..')],
  ['the fields that name the host', '/named', 'byFields', to('Named.example:81')],
  ['the longest wildcard', '/host/x', 'byWildcard', { headers: { host: 'b.c.shop.example' } }],
  ['the next wildcard', '/host/x', 'byWide', { headers: { host: 'shop.example' } }],
  ['hosts before the hostless', '/host/only', 'byWide', { headers: { host: 'shop.example' } }],
  ['the hostless for other hosts', '/host/only', 'hostless', { headers: { host: 'other' } }],
  ['no host route for other hosts', '/host/x', null, { headers: { host: 'other' } }],
  ['no route with status 0', '/off', null],
  ['the address of the client', '/from', 'near'],
  ['a variable of the query', '/vars?v=2', 'v2'],
  ['a header', '/vars', 'canary', { headers: { 'x-canary': '1' } }],
  ['a cookie', '/vars', 'canary', { headers: { cookie: 'a=b; c=yes' } }],
  ['the higher priority of two that hold', '/vars?v=2', 'v2', { headers: { 'x-canary': '1' } }],
  ['nothing when no variable holds', '/vars?v=3', null, { headers: { cookie: 'c=no' } }],
];

/** Spellings of a target, the route that each matches, and what the upstream gets. */
const SPELLINGS: readonly (readonly [
  target: string,
  expected: keyof typeof ROUTES,
  forwarded: string,
])[] = [
  ['/public/../secret', 'secret', '/secret'],
  ['/public/x/../../secret', 'secret', '/secret'],
  ['/public/%2e%2e/secret', 'secret', '/secret'],
  ['/public/.%2E/secret', 'secret', '/secret'],
  ['/../../secret', 'secret', '/secret'],
  ['/./secret', 'secret', '/secret'],
  ['/%73ecret', 'secret', '/%73ecret'],
  ['/public%2f..%2fsecret', 'secret', '/public%2f..%2fsecret'],
  ['/public/%2e%2e%2fsecret', 'secret', '/public/%2e%2e%2fsecret'],
  ['/public/x', 'public', '/public/x'],
  ['/public//x', 'public', '/public//x'],
  ['/public/a%2Fb%5Cc', 'public', '/public/a%2Fb%5Cc'],
  ['/public/a;b=1/c:d@e+f,g!$&()*=~', 'public', '/public/a;b=1/c:d@e+f,g!$&()*=~'],
  ['/public/caf%C3%A9%', 'public', '/public/caf%C3%A9%'],
  ['/public/x?', 'public', '/public/x?'],
  ['/public/x?a=../b&c=%2e%2e//&d=?&&', 'public', '/public/x?a=../b&c=%2e%2e//&d=?&&'],
  ['/public/x?a=b+c%20d%zz', 'public', '/public/x?a=b+c%20d%zz'],
];

/** Targets that are no valid URL, or that a runtime rewrites on the way. */
function oddSpellings(runtime: RuntimeName): typeof SPELLINGS {
  const raw = can(runtime, 'rawTarget');
  return [
    ['//secret', 'secret', '//secret'],
    ['/public/..//secret?//', 'secret', '//secret?//'],
    [
      '/public/{a}"b"`<c>?"e"<f>',
      'public',
      raw ? '/public/{a}"b"`<c>?"e"<f>' : '/public/%7Ba%7D%22b%22%60%3Cc%3E?%22e%22%3Cf%3E',
    ],
    can(runtime, 'backslashInPath')
      ? ['/public/x\\..\\..\\secret', 'public', '/public/x%5C..%5C..%5Csecret']
      : ['/public/x\\..\\..\\secret', 'secret', '/secret'],
  ];
}

/** Hosts that would change the path if they were pasted into a URL, and other invalid hosts. */
const BAD_HOSTS = [
  'x/apisix/admin',
  'x/apisix/status?',
  'x/public/..',
  'x?',
  'x#',
  'u:p@x',
  'x\\apisix\\admin',
  'x:99999',
  'x:1:2',
  '[::1',
  'a b',
  'a, b',
];

/** Invalid hosts that some platform's URL parser accepts (RFC 3986 section 3.2.2). */
const NO_HOSTS = ['[ab..cd::1]', '[.]', '[1]', '[1.2.3.4]', 'a%', 'a%zz', 'a@b', 'caf\xe9'];

/** Targets whose authority is invalid for a request in clear (RFC 9110 sections 4.2 and 7.4). */
const BAD_TARGETS: readonly (readonly [target: string, status: number])[] = [
  ['http:///p/hello', 400],
  ['http://:80/p/hello', 400],
  ['http://a:99999/p/hello', 400],
  ['http://[abcd::1/p/hello', 400],
  ['http://[1]/p/hello', 400],
  ['http://u:p@a/p/hello', 400],
  ['http://a\\/p/hello', 400],
  ['file:///p/hello', 400],
  ['ftp://a/p/hello', 400],
  ['https://a/p/hello', 421],
];

/** Rare but valid hosts. */
const ODD_HOSTS = ['x:', 'X_Y.example.', '[::1]:80'];

/** Which route gets which request; no spelling of a request bypasses that. */
export function routing(runtime: TestRuntime): void {
  let gateway: GatewayProcess;
  const upstreams = new Map<string, Origin>();

  beforeAll(async () => {
    const ids = Object.keys(ROUTES);
    await Promise.all(
      ids.map(async (id) => {
        const target = await origin(({ url }, response) => response.end(`${id} ${url}`));
        upstreams.set(id, target);
      }),
    );
    const routes = Object.entries(ROUTES).map(([id, criteria]) => ({
      ...route(upstreams.get(id)!, null, { route: criteria }),
      id,
    }));
    gateway = await runtime.start({ routes });
  });
  afterAll(async () => {
    await Promise.all([gateway.stop(), ...[...upstreams.values()].map((one) => one.close())]);
  });

  const text = (target: string, host: string) =>
    `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;

  for (const [what, target, expected, how] of CASES) {
    it(`matches ${what}: ${target} -> ${expected}`, async () => {
      const { status, body } = await send(gateway.url, target, how);
      const got = [status, status === 404 ? null : body.toString()];
      expect(got).toEqual(expected === null ? [404, null] : [200, `${expected} ${target}`]);
    });
  }

  it('responds with 404 in JSON when there is no route', async () => {
    const { status, headers, body } = await send(gateway.url, '/nowhere');
    expect(status).toBe(404);
    expect(headers['content-type']).toBe('application/json');
    expect(body.toString()).toBe('{"error_msg":"404 Route Not Found"}\n');
  });

  it.each([...SPELLINGS, ...oddSpellings(runtime.name)])(
    '%s goes to %s as %s',
    async (target, expected, forwarded) => {
      const { status, body } = await sendRaw(gateway.port, text(target, 'h'));
      expect(status).toBe(200);
      expect(body).toContain(`${expected} ${forwarded}`);
    },
  );

  describe('the host selects nothing but host routes', () => {
    const absoluteForm = can(runtime.name, 'absoluteForm');

    it.each([
      ['http://evil.example/p/hello?x=/', 'exact /p/hello?x=/'],
      ['HTTP://127.0.0.1:1/p/hello', 'exact /p/hello'],
      ['http://evil.example?/p/hello', '404 Route Not Found'],
      ['http://evil.example?/apisix/admin/routes', '404 Route Not Found'],
    ])('with a target %s', async (target, expected) => {
      const { status, body } = await sendRaw(gateway.port, text(target, 'evil.example'));
      // workerd refuses all of them itself.
      expect(body).toContain(absoluteForm ? expected : 'Internal Server Error');
      expect(status).toBe(absoluteForm ? (expected.startsWith('404') ? 404 : 200) : 500);
    });

    it.each(BAD_TARGETS)('refuses a target like %s', async (target, refused) => {
      const { status, body } = await sendRaw(gateway.port, text(target, 'a'));
      expect(status).toBe(absoluteForm ? refused : 500);
      if (absoluteForm) expect(body).toContain(`{"error_msg":"${refused} `);
    });

    it.runIf(absoluteForm)('uses the host in a target before the Host field', async () => {
      const target = 'http://a.shop.example/host/x';
      for (const head of [
        text(target, 'b.shop.example'),
        text(target, '127.0.0.1'),
        text(target.replace('example', 'example.:81'), 'b.shop.example'),
        `GET ${target} HTTP/1.0\r\n\r\n`,
      ])
        expect((await sendRaw(gateway.port, head)).body).toContain('byHost /host/x');
      const named = text('http://Named.example:81/named', 'a.shop.example');
      expect((await sendRaw(gateway.port, named)).body).toContain('byFields /named');
      const other = text('http://other/named', 'Named.example:81');
      expect((await sendRaw(gateway.port, other)).status).toBe(404);
    });

    it.each(NO_HOSTS)('refuses %s as a host', async (host) => {
      for (const target of ['/p/hello', '/apisix/status']) {
        const { status } = await sendRaw(gateway.port, text(target, host));
        expect(status).toBe(can(runtime.name, 'refusesBadHosts') ? 400 : 500);
      }
    });

    it.each(BAD_HOSTS)('refuses a Host like %j', async (host) => {
      for (const target of ['/p/hello', '/routes', '/apisix/admin/routes']) {
        const { status, body } = await sendRaw(gateway.port, text(target, host));
        expect(status).toBe(can(runtime.name, 'refusesBadHosts') ? 400 : 500);
        if (status === 400) expect(body).toContain('{"error_msg":"400 Bad Request"}\n');
      }
    });

    it.each(ODD_HOSTS)('accepts a Host like %j', async (host) => {
      const { status, body } = await sendRaw(gateway.port, text('/p/hello', host));
      expect([status, body]).toEqual([200, expect.stringContaining('exact /p/hello')]);
    });

    it('accepts a request without a Host in HTTP/1.0', async () => {
      const { status, body } = await sendRaw(gateway.port, 'GET /p/hello?x HTTP/1.0\r\n\r\n');
      const served = can(runtime.name, 'noHost');
      expect(status).toBe(served ? 200 : 400);
      if (served) expect(body).toContain('exact /p/hello?x');
    });
  });
}
